# verify: everything that may stand for an image, and everything that may hold a document.
. "$SOURCE/tests/cli/expect.sh"

# A manifest, its lock and its image, and what its registers are.
mkdir inputs
printf 'kernel' >inputs/kernel
printf 'init' >inputs/init
cat >enclave.toml <<'END'
[image]
name = "hello"
arch = "x86_64"
[kernel]
path = "inputs/kernel"
[[ramdisk]]
[[ramdisk.layer]]
file = "inputs/init"
to = "/init"
mode = "0755"
END
expect 0 "$REPRODUCE" lock enclave.toml
expect 0 "$REPRODUCE" build enclave.toml
"$REPRODUCE" measure --format nitro-cli hello.eif >pcrs.json
"$REPRODUCE" measure hello.eif | awk '/^PCR/ { print $2, $1 }' >pcrs.txt
pcr() { "$REPRODUCE" measure hello.eif | sed -n "s/^PCR$1  //p"; }
flags="--pcr 0=$(pcr 0) --pcr 1=$(pcr 1) --pcr 2=$(pcr 2)"
# shellcheck disable=SC2086  # words on purpose
"$FORGE" $flags --root-out root.pem --out good.cbor
judge() { "$REPRODUCE" verify --root root.pem "$@"; }

# Every subject gives the same answer.
tr 'A-Z' 'a-z' <pcrs.json | sed 's/hashalgorithm/HashAlgorithm/' >lower.json
for subject in hello.eif enclave.lock enclave.toml pcrs.json lower.json pcrs.txt; do
  expect 0 judge "$subject" good.cbor
  says out "yes: "
  says out "the document meets '$subject'"
  expect 0 judge --json "$subject" good.cbor
  says out '"answer": "yes"'
done
says out '"kind": "registers"'
# What is built for a manifest is kept nowhere.
mkdir scratch
expect 0 env TMPDIR="$PWD/scratch" "$REPRODUCE" verify --root root.pem enclave.toml good.cbor
says out "the image that this manifest makes is the attested one"
rmdir scratch
# shellcheck disable=SC2086
expect 0 judge $flags good.cbor
says out "[--pcr]"
# shellcheck disable=SC2086
expect 0 judge good.cbor $flags
expect 0 sh -c '"$1" verify --root root.pem - good.cbor <pcrs.json' sh "$REPRODUCE"

# What is not attested is a no, whoever says it.
printf 'other' >inputs/init
expect 4 judge enclave.toml good.cbor
says err "inputs/init"
expect 0 "$REPRODUCE" lock enclave.toml
for subject in enclave.lock enclave.toml; do
  expect 1 judge "$subject" good.cbor
  says out "is not the attested one"
done
printf '\n' >>enclave.toml
expect 2 judge enclave.toml good.cbor

# A subject that pins nothing, or too little, is no success.
zero=$(printf '%096d' 0)
printf '{}' >empty.json
printf '{"Measurements":{"HashAlgorithm":"SHA384"}}' >none.json
grep PCR0 pcrs.txt >one.txt
sed "s/^[0-9a-f]* PCR2/$zero PCR2/" pcrs.txt >zero.txt
sed 's/^\([0-9a-f]\{64\}\)[0-9a-f]* PCR1/\1 PCR1/' pcrs.txt >short.txt
for subject in empty.json none.json one.txt zero.txt short.txt; do
  expect 3 judge "$subject" good.cbor
  silent out
done
expect 3 judge one.txt good.cbor
says err "the reference does not pin PCR1"
expect 3 judge zero.txt good.cbor
says err "PCR2 of the reference is zero, which pins nothing"
expect 2 judge good.cbor
says err "there is nothing to hold the document to"
expect 2 judge --pcr 0="$(pcr 0)" good.cbor
says err "the reference does not pin PCR1"
expect 2 judge --pcr 0="$zero" --pcr 1="$zero" --pcr 2="$zero" good.cbor
expect 2 judge --pcr 0=abc good.cbor
expect 2 judge --pcr 0="$(pcr 0)" --pcr 0="$(pcr 0)" good.cbor
says err "says again what PCR0 must be"
expect 2 judge good.cbor good.cbor
says err "the order is"
expect 2 judge pcrs.json good.cbor good.cbor
expect 2 judge

# --pcr beside a subject asks for more.
expect 1 judge --pcr 16="$(pcr 0)" pcrs.json good.cbor
says out "the document has no PCR16"
expect 0 judge --pcr 15="$zero" pcrs.json good.cbor

# Any of several.
printf '%s PCR0\n%s PCR1\n%s PCR2\n' "$(pcr 1)" "$(pcr 2)" "$(pcr 0)" >other.txt
expect 1 judge other.txt good.cbor
expect 0 judge --accept pcrs.json other.txt good.cbor
says out "the document meets 'pcrs.json', one of 2 that will do"
expect 0 judge --accept other.txt --accept pcrs.json good.cbor
expect 1 judge --accept other.txt --accept other.txt good.cbor
says out "the document meets none of 2 references"

# Without a document.
expect 0 "$REPRODUCE" verify hello.eif --reference pcrs.json
says out "yes: this image is the one that 'pcrs.json' publishes"
expect 0 "$REPRODUCE" verify hello.eif --reference other.txt --reference pcrs.txt
expect 1 "$REPRODUCE" verify hello.eif --reference other.txt
says out "published"
expect 1 "$REPRODUCE" verify --json hello.eif --reference other.txt
says out '"schema": "reproduce/verify-reference/1"'
expect 3 "$REPRODUCE" verify hello.eif --reference one.txt
# An image is never taken for the evidence that a gate meant.
expect 2 "$REPRODUCE" verify --reference pcrs.json good.cbor
expect 2 "$REPRODUCE" verify --reference pcrs.json hello.eif good.cbor
for rule in "--nonce 00" "--role arn:x" "--root root.pem" "--strict" "--at document" "--pcr 0=$(pcr 0)" "--batch"; do
  # shellcheck disable=SC2086  # words on purpose
  expect 2 "$REPRODUCE" verify --reference pcrs.json $rule hello.eif
done
expect 1 "$REPRODUCE" verify -q hello.eif --reference other.txt
[ "$(wc -l <out)" = 1 ]
expect 3 judge pcrs.json hello.eif
silent out

# What a document may be wrapped in.
digits=$(base64 -w0 good.cbor)
printf '{"result":{"attestation":"%s","signature":"AAAA"}}' "$digits" >wrapped.json
printf '{"old":"%s","new":"%s"}' "$digits" "$digits" >two.json
{ printf 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n'; cat wrapped.json; } >response.txt
{ printf 'HTTP/2 200 \r\n\r\n'; cat good.cbor; } >binary.txt
{ echo '-----BEGIN ATTESTATION-----'; base64 good.cbor; echo '-----END ATTESTATION-----'; } >armour.pem
for form in wrapped.json response.txt binary.txt armour.pem; do
  expect 0 judge pcrs.json "$form"
done
expect 0 judge --field /result/attestation pcrs.json response.txt
expect 3 judge pcrs.json two.json
says err "'/new', '/old'"
expect 0 judge --field old pcrs.json two.json
expect 3 judge --field absent pcrs.json two.json
sed 's/200 OK/503 No/' response.txt >failed.txt
expect 3 judge pcrs.json failed.txt
says err "status 503"

# A NitroTPM's document is one by its name only.
{ printf '{"Measurements":{"HashAlgorithm":"SHA384","PCR4":"%s","PCR7":"%s","PCR12":"%s"}}' \
  "$(pcr 0)" "$(pcr 1)" "$zero"; } >tpm.json
"$FORGE" --pcr 4="$(pcr 0)" --pcr 7="$(pcr 1)" --nitrotpm --root-out root.pem --out tpm.cbor
expect 3 judge pcrs.json tpm.cbor
says err "this is a NitroTPM document of an EC2 instance"
expect 0 judge --kind nitrotpm tpm.json tpm.cbor
says out "yes: this instance was started as expected"
expect 3 judge --kind nitrotpm pcrs.json tpm.cbor
says err "the reference does not pin PCR4"
expect 2 judge --kind nitrotpm hello.eif tpm.cbor
expect 1 judge --kind nitrotpm --pcr 4="$(pcr 2)" --pcr 7="$(pcr 1)" --pcr 12="$zero" tpm.cbor
expect 2 judge --kind tpm tpm.json tpm.cbor
[ -d "$VECTORS/attestation" ] || exit 77
genuine=$VECTORS/attestation/lockboot_lockboot-1.cbor
expect 1 "$REPRODUCE" verify --at document --kind nitrotpm tpm.json "$genuine"
says out "AWS Nitro Enclaves root G1"
expect 3 "$REPRODUCE" verify --at document pcrs.json "$genuine"
