# Sourced by the scripts that run the GitHub action and the GitLab template, after expect.sh and project.sh.
/usr/bin/python3 -c 'import yaml' 2>/dev/null || { echo 'there is no python3-yaml'; exit 77; }
action=$SOURCE/.github/actions/reproduce
runner=$SOURCE/tests/cli/ci_runner.py
mkdir -p bin
ln -sf "$REPRODUCE" bin/reproduce
work=$PWD
disk=.  # where it all happens; what is said lies in this folder
manifest=enclave.toml

# on_github CODE VERB ARGUMENT...: the action; `summary` is what the step then shows, reproduce-reports what stays.
on_github() {
  wanted=$1
  verb=$2
  shift 2
  rm -f summary output
  expect "$wanted" env -C "$disk" GITHUB_STEP_SUMMARY="$work/summary" GITHUB_OUTPUT="$work/output" \
    /usr/bin/python3 "$runner" action "$action" "binary=$REPRODUCE" "verb=$verb" "arguments=$(printf '%s\n' "$@")"
  says output "exit-code=$wanted"
  says err "output exit-code=$wanted"
  says err 'output reports=reproduce-reports'
  says summary "(exit code $wanted)"
}

# on_gitlab CODE [NAME=VALUE...]: the template's job, in a folder where an earlier one has left something.
on_gitlab() {
  wanted=$1
  shift
  mkdir -p "$disk/reproduce-reports"
  echo old 2>/dev/null >"$disk/reproduce-reports/verify.xml" || true  # the disk may be full
  expect "$wanted" env -C "$disk" PATH="$work/bin:$PATH" /usr/bin/python3 "$runner" gitlab \
    "$SOURCE/docs/examples/ci/gitlab.yml" .reproduce "REPRODUCE_MANIFEST=$manifest" REPRODUCE_IMAGE=gitlab.eif "$@"
  if grep -qrx old "$disk/reproduce-reports"; then echo "an old report stayed"; exit 1; fi
}

# reported FILE TAG: a JUnit report is well-formed, and has such cases, or with "-" neither failures nor errors.
reported() {
  /usr/bin/python3 - "$@" <<'END_OF_SCRIPT'
import sys
import xml.etree.ElementTree
suite = xml.etree.ElementTree.parse(sys.argv[1]).getroot().find("testsuite")
counts = {tag: len(suite.findall(f"testcase/{tag}")) for tag in ("failure", "error")}
assert int(suite.get("failures")) == counts["failure"] and int(suite.get("errors")) == counts["error"]
if sys.argv[2] == "-":
    assert not any(counts.values()), counts
else:
    other = {"failure": "error", "error": "failure"}[sys.argv[2]]
    assert counts[sys.argv[2]] > 0 and counts[other] == 0, counts
END_OF_SCRIPT
}

# forge IMAGE NAME: NAME.cbor attests it, under NAME.pem, which NAME.toml trusts.
forge() {
  pcrs=$("$REPRODUCE" measure "$1" | sed -n 's/^PCR\([012]\)  /--pcr \1=/p')
  # shellcheck disable=SC2086  # words are what is wanted
  "$FORGE" $pcrs --root-out "$2.pem" --out "$2.cbor"
  printf '[trust]\nroots = ["%s.pem"]\n' "$2" >"$2.toml"
}
