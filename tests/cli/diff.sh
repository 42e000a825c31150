# diff: exit 0 for the same, 1 for different, 2 and above for trouble; text, JSON, Markdown, pipes.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

# image FILE TEXT COMPRESSION: one with this text in its second ramdisk.
image() {
  make_toy "$3" <<END
[[ramdisk.layer]]
text = "$2"
to = "/rootfs/app/server"
END
  expect 0 "$REPRODUCE" lock -q
  expect 0 "$REPRODUCE" build -q -o "$1"
}
image one.eif 'version 1' none
image two.eif 'version 2' none
image three.eif 'version 1' gzip
cp one.eif copy.eif

expect 0 "$REPRODUCE" diff one.eif copy.eif
says out "the two files are the same, byte for byte"
expect 1 "$REPRODUCE" diff one.eif two.eif
says out "PCR2 moved because ramdisk 1 differs: /rootfs/app/server changed; PCR0 follows; PCR1 is untouched"
silent err
[ "$(head -n 1 out | cut -c 1-10)" = "PCR2 moved" ]
expect 1 "$REPRODUCE" diff one.eif three.eif
says out "ramdisk 1 differs: compression plain cpio -> gzip"

expect 1 "$REPRODUCE" diff -q one.eif two.eif
silent out
silent err
expect 1 "$REPRODUCE" diff --json one.eif two.eif
says out '"schema": "reproduce/diff/1"'
says out '"registers_moved": true'
expect 1 "$REPRODUCE" diff --markdown one.eif two.eif
says out '| PCR2 | moved |'
expect 1 sh -c 'cat one.eif | "$1" diff - two.eif' sh "$REPRODUCE"
says out "PCR2 moved"

# The registers that it states are those of measure.
expect 0 "$REPRODUCE" measure two.eif
grep '^PCR' out | while read -r _ digest; do
  "$REPRODUCE" diff --json one.eif two.eif | grep -qF "$digest"
done

# The page: beside the answer, whole or not at all, and the same for the same images.
expect 1 "$REPRODUCE" diff --html page.html one.eif two.eif
says out "PCR2 moved"
says page.html '<!doctype html>'
says page.html '"schema": "reproduce/diff/1"'
says page.html 'text: 1 line removed, 1 added'
expect 1 "$REPRODUCE" diff -q --html again.html one.eif two.eif
cmp page.html again.html
expect 0 "$REPRODUCE" diff --html same.html one.eif copy.eif
says same.html '"same": true'
expect 5 "$REPRODUCE" diff --html absent/page.html one.eif two.eif
[ ! -e absent ]
# Names in an image become text of the page, never markup.
sed 's,/rootfs/app/server,/rootfs/</script><script>alert(1)</script>,' enclave.toml >hostile.toml
expect 0 "$REPRODUCE" lock -q hostile.toml
expect 0 "$REPRODUCE" build -q -o hostile.eif hostile.toml
expect 1 "$REPRODUCE" diff --html hostile.html one.eif hostile.eif
[ "$(grep -c '</script>' hostile.html)" = "$(grep -c '</script>' page.html)" ]

# What differs within a file, and what was recognised there.
image dated.eif 'built 2024-01-02T03:04:05Z' none
image later.eif 'built 2025-02-03T04:05:06Z' gzip
expect 1 "$REPRODUCE" diff --full dated.eif later.eif
says out "-built 2024-01-02T03:04:05Z"
says out "+built 2025-02-03T04:05:06Z"
says out "likely cause: embedded-time: /rootfs/app/server"
expect 1 "$REPRODUCE" diff --json dated.eif later.eif
says out '"form": "text"'

# What pins an image in place of one.
cp enclave.lock three.lock
image two.eif 'version 2' none
expect 0 "$REPRODUCE" diff enclave.lock two.eif
says out "nothing that both pin differs: PCR0, PCR1 and PCR2 are equal"
expect 1 "$REPRODUCE" diff three.lock enclave.lock
says out "PCR0 and PCR2 moved; PCR1 is untouched, so the cause lies in the ramdisks behind the first"
says out "what is pinned differs: "
expect 1 "$REPRODUCE" diff --json one.eif enclave.lock
says out '"kind": "lock"'
"$REPRODUCE" measure two.eif | awk '/^PCR/ { print $2, $1 }' >pcrs
expect 0 "$REPRODUCE" diff pcrs two.eif
expect 1 "$REPRODUCE" diff one.eif pcrs
says out "'pcrs' (pcr-file,"
expect 1 "$REPRODUCE" diff one.eif "$SOURCE/tests/attestation/qemu_document.b64"
says out "diff does not verify documents"

# A document in its wrapping; one field of two is named; a NitroTPM's is of nothing that an enclave has.
pcr() { "$REPRODUCE" measure two.eif | sed -n "s/^PCR$1  //p"; }
"$FORGE" --pcr 0="$(pcr 0)" --pcr 1="$(pcr 1)" --pcr 2="$(pcr 2)" --root-out root.pem --out two.cbor
"$FORGE" --nitrotpm --pcr 4="$(pcr 0)" --root-out root.pem --out tpm.cbor
printf 'HTTP/1.1 200 OK\r\n\r\n{"document": "%s"}' "$(base64 -w 0 two.cbor)" >response
expect 0 "$REPRODUCE" diff two.eif response
says out ", base64 in the field '/document' of JSON in an HTTP response)"
expect 0 "$REPRODUCE" diff --json response two.cbor
says out '"encoding": "raw CBOR"'
printf '{"tpm": "%s", "enclave": "%s"}' "$(base64 -w 0 tpm.cbor)" "$(base64 -w 0 two.cbor)" >both.json
expect 3 "$REPRODUCE" diff two.eif both.json
says err "'/enclave', '/tpm'"
expect 0 "$REPRODUCE" diff --field enclave pcrs both.json
expect 2 "$REPRODUCE" diff --field tpm two.eif both.json
says err "the registers of a NitroTPM are not compared with those of an enclave"
expect 0 "$REPRODUCE" diff --field tpm both.json tpm.cbor
says out "'both.json' (nitrotpm-document,"
expect 2 "$REPRODUCE" diff --field other two.eif both.json
says err "neither of the two is JSON with the field 'other'"
printf '{"document": "%s", "PCR0": "%s"}' "$(base64 -w 0 two.cbor)" "$(pcr 0)" >either.json
expect 2 "$REPRODUCE" diff two.eif either.json
says err "the JSON states registers and holds an attestation document"
expect 0 "$REPRODUCE" diff --field document two.eif either.json

expect 1 "$REPRODUCE" diff --html pins.html pcrs one.eif
says pins.html '"kind": "pcr-file"'
expect 1 "$REPRODUCE" diff --html locks.html three.lock enclave.lock
says locks.html '"what": "writer"'
says locks.html 'what is pinned differs: '
expect 1 "$REPRODUCE" diff --html document.html one.eif "$SOURCE/tests/attestation/qemu_document.b64"
says document.html 'diff does not verify documents'

# A damaged image is compared all the same, and named as that.
cp one.eif damaged.eif
printf 'x' | dd of=damaged.eif bs=1 seek=600 conv=notrunc 2>/dev/null
expect 1 "$REPRODUCE" diff one.eif damaged.eif
says out "'damaged.eif' is MALFORMED"

expect 2 "$REPRODUCE" diff one.eif
expect 2 "$REPRODUCE" diff - -
expect 2 "$REPRODUCE" diff --json --markdown one.eif two.eif
expect 5 "$REPRODUCE" diff one.eif absent.eif
says err "cannot open 'absent.eif'"
printf 'nonsense' >junk
expect 3 "$REPRODUCE" diff one.eif junk
silent out
