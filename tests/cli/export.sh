# `export`: image, lock, manifest and registers give the same values; what can be read back gives the same answer
# as the image; the rest is read by other decoders.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

make_project .
expect 0 "$REPRODUCE" lock
expect 0 "$REPRODUCE" build -o app.eif
"$REPRODUCE" measure app.eif >measured

for format in nitro-cli pcrs env kms image-id github; do
  expect 0 "$REPRODUCE" export app.eif --format $format
  cp out by-image
  for subject in enclave.lock enclave.toml; do
    expect 0 "$REPRODUCE" export $subject --format $format
    cmp out by-image
  done
done
expect 0 "$REPRODUCE" export app.eif --format nitro-cli -o pcrs.json
silent out
expect 0 "$REPRODUCE" export pcrs.json --format pcrs
cp out pcrs.txt
expect 0 "$REPRODUCE" export pcrs.txt --format nitro-cli
cmp out pcrs.json

# Read back, they answer as the image does: yes to a document of it, no to one of another.
# shellcheck disable=SC2046  # words are what is wanted
"$FORGE" $(sed -n 's/^PCR\([012]\)  /--pcr \1=/p' measured) --root-out root.pem --out good.cbor
seven=$(printf '%096d' 7)
"$FORGE" --pcr 0="$seven" --pcr 1="$seven" --pcr 2="$seven" --root-out other.pem --out other.cbor
"$REPRODUCE" export app.eif --format env -o pcrs.env
"$REPRODUCE" export app.eif --format in-toto -o statement.json
for subject in app.eif pcrs.json pcrs.txt pcrs.env statement.json; do
  expect 0 "$REPRODUCE" verify $subject good.cbor --root root.pem
  expect 1 "$REPRODUCE" verify $subject other.cbor --root other.pem
done

# in-toto: the image's digests are the file's, and the inputs are the lock's.
expect 0 "$REPRODUCE" export app.eif --format in-toto --lock enclave.lock --builder https://example.org/ci \
  -o statement.json
expect 0 "$REPRODUCE" export enclave.lock --format in-toto --name app.eif -o by-lock.json
python3 - <<'END_OF_SCRIPT'
import hashlib, json
image = open("app.eif", "rb").read()
statement = json.load(open("statement.json"))
assert statement["_type"] == "https://in-toto.io/Statement/v1"
digest = statement["subject"][0]["digest"]
assert digest["sha256"] == hashlib.sha256(image).hexdigest()
assert digest["sha384"] == hashlib.sha384(image).hexdigest()
assert [s["name"] for s in statement["subject"]] == ["app.eif", "PCR0", "PCR1", "PCR2"]
definition = statement["predicate"]["buildDefinition"]
assert statement["predicateType"] == "https://slsa.dev/provenance/v1"
assert definition["buildType"] and definition["externalParameters"]
names = [d["name"] for d in definition["resolvedDependencies"]]
assert names == ["kernel kernel", "file init", "dir rootfs", "raw ready.cpio"], names
assert definition["resolvedDependencies"][0]["digest"]["sha256"] == hashlib.sha256(b"a kernel").hexdigest()
assert statement["predicate"]["runDetails"]["builder"]["id"] == "https://example.org/ci"
by_lock = json.load(open("by-lock.json"))
assert by_lock["subject"][0]["digest"] == {"sha256": digest["sha256"]}
assert by_lock["subject"][1:] == statement["subject"][1:]
END_OF_SCRIPT

# vsa: of a run of verify, yes or no.
expect 0 "$REPRODUCE" verify app.eif good.cbor --root root.pem --report json=verdict.json
expect 0 "$REPRODUCE" export verdict.json --format vsa --name https://example.org/app --builder https://example.org/ci \
  -o vsa.json
expect 1 "$REPRODUCE" verify app.eif other.cbor --root other.pem --report json=no.json
expect 0 "$REPRODUCE" export no.json --format vsa -o no-vsa.json
python3 - <<'END_OF_SCRIPT'
import hashlib, json
summary = json.load(open("vsa.json"))
assert summary["_type"] == "https://in-toto.io/Statement/v1"
assert summary["predicateType"] == "https://slsa.dev/verification_summary/v1"
measured = dict(line.split() for line in open("measured") if line.startswith("PCR"))
assert {s["name"]: s["digest"]["sha384"] for s in summary["subject"]} == measured
predicate = summary["predicate"]
assert predicate["verifier"]["id"] == "https://example.org/ci"
assert predicate["resourceUri"] == "https://example.org/app"
assert predicate["verificationResult"] == "PASSED"
assert predicate["inputAttestations"][0]["digest"]["sha256"] == hashlib.sha256(open("good.cbor", "rb").read()).hexdigest()
assert predicate["timeVerified"].endswith("Z")
no = json.load(open("no-vsa.json"))["predicate"]
assert no["verificationResult"] == "FAILED" and no["verifiedLevels"] == ["FAILED"]
END_OF_SCRIPT
expect 2 "$REPRODUCE" export pcrs.json --format vsa
says err 'this is no verdict'
expect 2 "$REPRODUCE" export app.eif --format vsa

# KMS: what the policy grammar knows: one operator, keys of the service, texts.
"$REPRODUCE" export app.eif --format kms >kms.json
python3 - <<'END_OF_SCRIPT'
import json, re
condition = json.load(open("kms.json"))
assert list(condition) == ["Condition"] and list(condition["Condition"]) == ["StringEqualsIgnoreCase"]
for key, value in condition["Condition"]["StringEqualsIgnoreCase"].items():
    assert re.fullmatch(r"kms:RecipientAttestation:PCR\d+", key) and re.fullmatch("[0-9a-f]{96}", value)
END_OF_SCRIPT

# CoRIM: by another decoder, where there is one.
expect 0 "$REPRODUCE" export app.eif --format corim -o app.corim
if /usr/bin/python3 -c 'import cbor2' 2>/dev/null; then
  /usr/bin/python3 - <<'END_OF_SCRIPT'
import cbor2
corim = cbor2.load(open("app.corim", "rb"))
assert corim.tag == 501
comid = corim.value[1][0]
assert comid.tag == 506
triple, = cbor2.loads(comid.value)[4][0]
registers = triple[1][0][1][14]
measured = dict(line.split() for line in open("measured") if line.startswith("PCR"))
assert {"PCR%d" % i: value.hex() for i, ((_, value),) in registers.items()} == measured
assert all(algorithm == 7 for ((algorithm, _),) in registers.values())
END_OF_SCRIPT
else
  echo 'SKIPPED for CoRIM: there is no python3-cbor2'
fi

# What pins too little is no reference, and a lock of another image is refused.
sed '/PCR2/d' pcrs.txt >partial.txt
expect 3 "$REPRODUCE" export partial.txt --format kms
expect 2 "$REPRODUCE" export pcrs.json --format in-toto
says err 'registers alone'
printf 'another' >kernel
expect 0 "$REPRODUCE" lock
expect 4 "$REPRODUCE" export app.eif --format in-toto --lock enclave.lock
says err 'the lock is of another image'
expect 2 "$REPRODUCE" export app.eif --format xml
expect 2 "$REPRODUCE" export - --format kms <app.eif
