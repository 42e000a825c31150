# What `export`, --report, --json and `lock` write is what docs/schemas says, as readers of others see it: Debian's
# JSON Schema, CBOR, XML, a shell. What is wrong in one place is found. `sh tests/slow.sh schemas` holds the same
# documents to what their formats publish.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"
. "$SOURCE/tests/cli/schema_documents.sh"
/usr/bin/python3 -c 'import cbor2, jsonschema' 2>/dev/null ||
  { echo 'there is no python3-cbor2, or no python3-jsonschema'; exit 77; }
for tool in jq xmllint; do
  command -v $tool >/dev/null || { echo "there is no $tool"; exit 77; }
done
schemas=$SOURCE/docs/schemas

# validate SCHEMA FILE...: as the schema says.
validate() {
  schema=$1
  shift
  expect 0 /usr/bin/python3 "$SOURCE/tests/schemas/validate.py" "$schemas/$schema.json" "$@"
}

# validate_corim CODE FILE
validate_corim() {
  expect "$1" /usr/bin/python3 "$SOURCE/tests/schemas/cddl.py" "$schemas/corim.cddl" corim "$2"
}

make_documents
registers=$("$REPRODUCE" measure app.eif | sed -n 's/^PCR[012]  //p')

for format in $(formats); do
  for file in documents/*."$format"; do
    case $format in
      nitro-cli | kms | in-toto | vsa) validate "$format" "$file" ;;
      corim) validate_corim 0 "$file" ;;
      # A shell sets what it says; a pattern knows the lines; a program of others computes it again.
      env)
        # shellcheck disable=SC1090  # it has just been made
        [ "$(. "./$file" && printf '%s\n' "$PCR0" "$PCR1" "$PCR2")" = "$registers" ]
        ;;
      pcrs) [ "$(grep -Ex '[0-9a-f]{96} PCR[0-2]' "$file" | sed 's/ .*//')" = "$registers" ] ;;
      github) [ "$(awk -F '[|`]' '/^\| PCR[012] \| `[0-9a-f]+` \|$/ { print $4 }' "$file")" = "$registers" ] ;;
      image-id)
        # shellcheck disable=SC2086  # words are what is wanted
        [ "$(/usr/bin/python3 -c 'import hashlib, sys
print(hashlib.sha256(bytes.fromhex("00010007" + "".join(sys.argv[1:]) + "00" * 48)).hexdigest())' $registers)" = \
          "$(cat "$file")" ]
        ;;
      *) echo "nobody reads the format $format here"; exit 1 ;;
    esac || { echo "$file is not what $format asks for:"; cat "$file"; exit 1; }
  done
done
[ "$(jq -r '.Measurements | .PCR0, .PCR1, .PCR2' documents/app.eif.nitro-cli)" = "$registers" ]
[ "$(jq -r '.Condition.StringEqualsIgnoreCase[]' documents/app.eif.kms)" = "$registers" ]
[ "$(jq -r '.subject[1:][].digest.sha384' documents/built.in-toto)" = "$registers" ]

validate answers documents/*.answer.json
validate sarif documents/*.sarif.json
validate lock documents/image.lock.json
for file in documents/*.junit.xml; do
  expect 0 xmllint --noout --schema "$schemas/junit.xsd" "$file"
done

# The four reports of a run say the same.
for file in documents/*.answer.json; do
  name=${file%.answer.json}
  wanted=$(jq -r 'if .schema == "reproduce/error/1" then .exit_code
    elif (.answer // "yes") == "no" or .same == false or .current == false or .reproducible == false then 1
    else 0 end' "$file")
  [ "$(jq '.runs[0].invocations[0].exitCode' "$name.sarif.json")" = "$wanted" ]
  says "$name.summary.md" "(exit code $wanted)"
  [ "$(xmllint --xpath 'count(//failure)' "$name.junit.xml")" = "$(xmllint --xpath 'string(/testsuites/@failures)' "$name.junit.xml")" ]
  [ "$(xmllint --xpath 'count(//failure) > 0' "$name.junit.xml")" = "$([ "$wanted" = 1 ] && echo true || echo false)" ]
  [ "$(xmllint --xpath 'count(//error) > 0' "$name.junit.xml")" = "$([ "$wanted" -gt 1 ] && echo true || echo false)" ]
done

# wrong SCHEMA FILE FILTER: what jq's filter makes of the file is no longer what the schema says. All are asked below.
count=0
wrong() {
  count=$((count + 1))
  mkdir -p "wrong/$1"
  jq "$3" "documents/$2" >"wrong/$1/$count.json"
  ! jq -e --slurpfile other "documents/$2" '. == $other[0]' "wrong/$1/$count.json" >/dev/null ||
    { echo "'$3' changes nothing of $2"; exit 1; }
}
zeros=$(printf '%096d' 0)
wrong nitro-cli app.eif.nitro-cli 'del(.Measurements.PCR2)'
wrong nitro-cli app.eif.nitro-cli '.Measurements.PCR0 |= .[2:]'
wrong nitro-cli app.eif.nitro-cli '.Measurements.HashAlgorithm = "Sha256"'
wrong kms app.eif.kms '.Condition.StringEquals = .Condition.StringEqualsIgnoreCase | del(.Condition.StringEqualsIgnoreCase)'
wrong kms app.eif.kms 'del(.Condition.StringEqualsIgnoreCase["kms:RecipientAttestation:PCR1"])'
wrong kms app.eif.kms '.Condition.StringEqualsIgnoreCase["kms:RecipientAttestation:PCR32"] = "00"'
wrong kms app.eif.kms ".Condition.StringEqualsIgnoreCase[\"kms:RecipientAttestation:PCR0\"] = \"$zeros\""
wrong kms app.eif.kms '.Effect = "Allow"'
wrong in-toto built.in-toto '._type = "https://in-toto.io/Statement/v0.1"'
wrong in-toto built.in-toto '.predicateType = "https://slsa.dev/provenance/v0.2"'
wrong in-toto built.in-toto 'del(.subject[0].digest.sha256)'
wrong in-toto built.in-toto 'del(.subject[0])'
wrong in-toto built.in-toto 'del(.subject[3])'
wrong in-toto built.in-toto ".subject[1].digest.sha384 = \"$zeros\""
wrong in-toto built.in-toto '.subject[1].digest.sha384 |= ascii_upcase'
wrong in-toto built.in-toto 'del(.predicate.runDetails.builder.id)'
wrong in-toto built.in-toto '.predicate.runDetails.builder.id = "me"'
wrong in-toto built.in-toto '.predicate.builder = "me"'
wrong in-toto built.in-toto '.predicate.buildDefinition.resolvedDependencies[0].digest = {}'
wrong in-toto built.in-toto 'del(.predicate.buildDefinition.resolvedDependencies[0].digest)'
wrong lock image.lock.json '.schema = "reproduce/lock/2"'
wrong lock image.lock.json 'del(.inputs[0].sha256)'
wrong lock image.lock.json '.inputs[0].url = "https://example.org/kernel"'
wrong lock image.lock.json '.image.pcrs.PCR9 = .image.pcrs.PCR0'
wrong sarif differs.sarif.json '.version = "2.0.0"'
wrong sarif differs.sarif.json '.runs[0].results[0].locations = []'
wrong sarif differs.sarif.json '.runs[0].invocations[0].exitCode = 4'
wrong sarif differs.sarif.json '.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri = "a b"'
wrong answers built.answer.json '.size_bytes |= tostring'
wrong answers built.answer.json 'del(.pcrs.PCR1)'
wrong answers checked.answer.json '.reproducible = false'
wrong answers current.answer.json '.current = false'
wrong answers refused.answer.json '.answer = "yes"'
wrong answers verified.answer.json '.checks[0].outcome = "fail"'
wrong answers verified.answer.json '.answer = "maybe"'
wrong answers disagreed.answer.json '.registers[0].expected = 7'
wrong answers differs.answer.json 'del(.ramdisks)'
wrong answers forged.answer.json '.exit_code = 1'
wrong answers forged.answer.json '.schema = "reproduce/error/2"'
sed 's/"Condition": {/"Condition": {}, &/' documents/app.eif.kms >wrong/kms/twice.json
for folder in wrong/*; do
  expect 0 /usr/bin/python3 "$SOURCE/tests/schemas/validate.py" --none "$schemas/${folder#wrong/}.json" "$folder"/*.json
  cat out
done >faults
says faults 'a key stands twice'
for change in 's/ tests="[0-9]*"/ tests="many"/' 's/ name="[^"]*"//' 's/<failure /<fault /;s/<.failure>/<\/fault>/' \
  's/classname="reproduce.diff"/classname="other"/'; do
  sed "$change" documents/differs.junit.xml >wrong.xml
  expect 3 xmllint --noout --schema "$schemas/junit.xsd" wrong.xml
done

# CBOR that is wrong in one place: the tag, a key too many or twice, an algorithm, a length, a register, the end.
/usr/bin/python3 - <<'END_OF_SCRIPT'
import cbor2
whole = open("documents/app.eif.corim", "rb").read()
def change(name, edit):
    corim = cbor2.loads(whole)
    comid = cbor2.loads(corim.value[1][0].value)
    corim = edit(corim, comid, comid[4][0][0][1][0][1][14]) or corim
    if isinstance(corim, cbor2.CBORTag) and corim.value[1]:
        corim.value[1][0] = cbor2.CBORTag(506, cbor2.dumps(comid))
    open(name + ".corim", "wb").write(cbor2.dumps(corim))
change("wrong-none", lambda corim, comid, registers: None)
assert open("wrong-none.corim", "rb").read() == whole
change("wrong-tag", lambda corim, comid, registers: cbor2.CBORTag(500, corim.value))
change("wrong-key", lambda corim, comid, registers: corim.value.update({9: 1}))
change("wrong-id", lambda corim, comid, registers: corim.value.update({0: 1}))
change("wrong-tags", lambda corim, comid, registers: corim.value.update({1: []}))
change("wrong-vendor", lambda corim, comid, registers: comid[4][0][0][0][0].update({1: "Amazon"}))
change("wrong-algorithm", lambda corim, comid, registers: registers[0][0].__setitem__(0, 1))
change("wrong-length", lambda corim, comid, registers: registers[0][0].__setitem__(1, bytes(47)))
change("wrong-register", lambda corim, comid, registers: registers.update({32: registers[0]}))
change("wrong-text", lambda corim, comid, registers: registers.update({"0": registers.pop(0)}))
open("wrong-end.corim", "wb").write(whole + b"\0")
open("wrong-cut.corim", "wb").write(whole[:-1])
open("wrong-twice.corim", "wb").write(whole[:3] + b"\xa3\x00\x61a" + whole[4:])
END_OF_SCRIPT
rm wrong-none.corim
for file in wrong-*.corim; do validate_corim 1 "$file"; done
echo "$(ls documents | wc -l) documents"
