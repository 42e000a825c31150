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
case $verb in
  lock) set -- --check "$@" ;;  # a gate pins nothing
  build | verify | diff) ;;
  *)
    echo "reproduce: no gate is made of '$verb'; there are build, lock, verify and diff" >&2
    exit 2
    ;;
esac

reports=${REPRODUCE_REPORTS:-reproduce-reports}
mkdir -p "$reports" || exit 5
rm -f "$reports/junit.xml" "$reports/sarif.json" "$reports/summary.md" "$reports/answer.json"
status=0
"${REPRODUCE:-reproduce}" "$verb" "$@" --report \
  "junit=$reports/junit.xml,sarif=$reports/sarif.json,markdown=$reports/summary.md,json=$reports/answer.json" ||
  status=$?

# Without a summary, as on a full disk, the exit code alone says it.
if [ -e "$reports/summary.md" ]; then
  if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    cat "$reports/summary.md" >>"$GITHUB_STEP_SUMMARY" || status=$((status == 0 ? 5 : status))
  else
    cat "$reports/summary.md"
  fi
fi
if [ -n "${GITHUB_OUTPUT:-}" ]; then
  echo "exit-code=$status" >>"$GITHUB_OUTPUT" || status=$((status == 0 ? 5 : status))
fi
exit "$status"
