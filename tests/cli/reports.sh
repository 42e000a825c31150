# --report: files for CI systems say what the exit code says, also when there is no answer.
. "$SOURCE/tests/cli/expect.sh"

head -c 1000 /dev/urandom >kernel
printf 'a' >one
printf 'b' >two
for name in one two; do
  "$REPRODUCE" build -q --kernel kernel --cmdline 'console=ttyS0' --ramdisk $name -o $name.eif
done

# well_formed: junit.xml, sarif.json and answer.json are what their formats ask for.
well_formed() {
  python3 - "$@" <<'END_OF_SCRIPT'
import json, sys
import xml.etree.ElementTree
suite = xml.etree.ElementTree.parse("junit.xml").getroot().find("testsuite")
cases = suite.findall("testcase")
assert int(suite.get("tests")) == len(cases) > 0
for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
    assert int(suite.get(attribute)) == len([c for c in cases if c.find(tag) is not None]), attribute
log = json.load(open("sarif.json"))
assert log["version"] == "2.1.0"
run = log["runs"][0]
rules = {rule["id"] for rule in run["tool"]["driver"]["rules"]}
assert all(result["ruleId"] in rules and result["message"]["text"] for result in run["results"])
assert run["invocations"][0]["exitCode"] == int(sys.argv[1])
assert json.load(open("answer.json"))["schema"] == sys.argv[2]
errors = int(suite.get("errors")) > 0
assert errors == (int(sys.argv[1]) > 1) == (not run["invocations"][0]["executionSuccessful"])
assert (int(suite.get("failures")) > 0) == (int(sys.argv[1]) == 1)
END_OF_SCRIPT
}
all=junit=junit.xml,sarif=sarif.json,markdown=summary.md,json=answer.json

expect 0 "$REPRODUCE" diff --report $all one.eif one.eif
well_formed 0 reproduce/diff/1
expect 1 "$REPRODUCE" diff --report $all one.eif two.eif
well_formed 1 reproduce/diff/1
says summary.md '| PCR0 | `'
says summary.md 'ramdisk 0'
rm summary.md
expect 5 "$REPRODUCE" diff --report $all one.eif missing.eif
well_formed 5 reproduce/error/1
says summary.md 'exit code 5'

# build, with and without --check, and a comparison with published values.
set -- --kernel kernel --cmdline 'console=ttyS0' --ramdisk one -o built.eif
expect 0 "$REPRODUCE" build --report $all "$@"
well_formed 0 reproduce/build/1
expect 0 "$REPRODUCE" build --check --report $all "$@"
well_formed 0 reproduce/build/1
expect 5 "$REPRODUCE" build --report $all --kernel missing --cmdline x --ramdisk one -o other.eif
well_formed 5 reproduce/error/1
"$REPRODUCE" measure --format nitro-cli two.eif >two.json
expect 1 "$REPRODUCE" verify one.eif --reference two.json --report $all
well_formed 1 reproduce/verify-reference/1

# Words that name no file are refused before any work; a file that cannot be written is no success.
expect 2 "$REPRODUCE" diff --report xml=a one.eif one.eif
says err 'formats are junit, sarif, markdown and json'
expect 2 "$REPRODUCE" diff --report junit= one.eif one.eif
expect 2 "$REPRODUCE" diff --report junit=a,sarif=a one.eif one.eif
expect 5 "$REPRODUCE" diff --report junit=missing/a one.eif one.eif
[ ! -e a ]
