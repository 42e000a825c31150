#!/bin/sh
# Runs one verb of reproduce for a CI system: shows what was found where people look, keeps it in files, and
# ends with the exit code of the verb.
#
#     REPRODUCE_VERB=verify REPRODUCE_ARGUMENTS='app.eif
#     attestation.cbor' sh gate.sh
#     sh gate.sh verify app.eif attestation.cbor
#
# REPRODUCE            the binary; default: reproduce
# REPRODUCE_REPORTS    the folder for junit.xml, sarif.json, summary.md and answer.json; default: reproduce-reports
# GITHUB_STEP_SUMMARY  GitHub's: gets summary.md. Elsewhere that goes to standard output.
# GITHUB_OUTPUT        GitHub's: gets exit-code
set -u
reports=${REPRODUCE_REPORTS:-reproduce-reports}

# summary: what was found, or, as on a full disk, that nobody could write it down.
summary() {
  if [ -e "$reports/summary.md" ]; then
    cat "$reports/summary.md"
  else
    printf '### reproduce %s\n\n**no answer: there is no report; the log says why** (exit code %s)\n' "$verb" "$status"
  fi
}

# spoil: what people were to be told could not be written, which is no yes.
spoil() {
  [ "$status" -ne 0 ] || status=5
}

# finish: tells what is known of `verb` and `status`, and ends.
finish() {
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    summary >>"$GITHUB_STEP_SUMMARY" || spoil
  else
    summary || spoil
  fi
  if [ -n "${GITHUB_OUTPUT:-}" ]; then
    echo "exit-code=$status" >>"$GITHUB_OUTPUT" || spoil
  fi
  exit "$status"
}

if [ $# -eq 0 ]; then
  # One word a line, each as it stands: nothing in it is a pattern, a variable or a command.
  verb=${REPRODUCE_VERB:?names no verb}
  set -f
  old=$IFS
  IFS='
'
  # shellcheck disable=SC2086  # lines are what is wanted
  set -- "$verb" ${REPRODUCE_ARGUMENTS:-}
  IFS=$old
  set +f
fi
verb=$1
shift
# Those of an earlier run would speak for this one.
rm -f "$reports/junit.xml" "$reports/sarif.json" "$reports/summary.md" "$reports/answer.json"
status=0
case $verb in
  lock) set -- --check "$@" ;;  # a gate pins nothing
  build | verify | diff) ;;
  *)
    echo "reproduce: no gate is made of '$verb'; there are build, lock, verify and diff" >&2
    verb=gate
    status=2
    finish
    ;;
esac
mkdir -p "$reports" || { status=5; finish; }
"${REPRODUCE:-reproduce}" "$verb" "$@" --report \
  "junit=$reports/junit.xml,sarif=$reports/sarif.json,markdown=$reports/summary.md,json=$reports/answer.json" ||
  status=$?
finish
