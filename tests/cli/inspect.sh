# inspect: describes images, malformed ones too, and documents; exit 3 when malformed.
. "$SOURCE/tests/cli/expect.sh"

expect 5 "$REPRODUCE" inspect absent.eif
says err "cannot open 'absent.eif'"
silent out
expect 5 "$REPRODUCE" inspect .
printf 'hello' >junk
expect 3 "$REPRODUCE" inspect junk
says err "neither an enclave image nor an attestation document"
silent out
printf '.eif' >cut.eif
expect 3 "$REPRODUCE" inspect cut.eif
says out "MALFORMED"
says out "the image header is cut off"
silent err

unsigned=$SOURCE/tests/attestation/qemu_document.b64
expect 0 "$REPRODUCE" inspect "$unsigned"
says out "UNSIGNED attestation document of an emulated security module (base64)"
expect 0 "$REPRODUCE" inspect --json "$unsigned"
says out '"kind": "emulated-document"'

# A document is taken out of its wrapping, and a NitroTPM's is called that.
"$FORGE" --time 2026-01-01T00:00:00Z --root-out root.pem --out enclave.cbor
"$FORGE" --time 2026-01-01T00:00:00Z --nitrotpm --root-out root.pem --out tpm.cbor
expect 0 "$REPRODUCE" inspect tpm.cbor
says out "'tpm.cbor': NitroTPM document of an EC2 instance (raw CBOR)"
says out "registers    of a TPM"
expect 0 "$REPRODUCE" inspect --json tpm.cbor
says out '"kind": "nitrotpm-document"'
says out '"nitrotpm_pcrs": {'
for kind in enclave tpm; do
  base64 -w 64 "$kind.cbor" >"$kind.b64"
  printf '{"id": 7, "answer": {"document": "%s"}}\n' "$(tr -d '\n' <"$kind.b64")" >"$kind.json"
  { printf 'HTTP/2 200 \r\ncontent-type: application/json\r\n\r\n'; cat "$kind.json"; } >"$kind.http"
  { echo '-----BEGIN ATTESTATION-----'; cat "$kind.b64"; echo '-----END ATTESTATION-----'; } >"$kind.pem"
  "$REPRODUCE" inspect "$kind.cbor" | sed 1d >plain
  for form in b64 json http pem; do
    expect 0 "$REPRODUCE" inspect "$kind.$form"
    silent err
    sed 1d out | cmp - plain
  done
done
expect 0 "$REPRODUCE" inspect --json tpm.http
says out '"encoding": "base64 in the field'
says out 'of JSON in an HTTP response"'
says out '"kind": "nitrotpm-document"'
expect 0 sh -c '"$1" inspect --field /answer/document - <enclave.json' sh "$REPRODUCE"
says out "'standard input': attestation document (base64 in the field '/answer/document' of JSON)"
expect 3 "$REPRODUCE" inspect --field id enclave.json
says err "the field 'id' of the JSON is no text"
expect 3 "$REPRODUCE" inspect --field document enclave.b64
says err "there is no JSON"
expect 3 "$REPRODUCE" inspect --field document enclave.json
says err "the JSON has no field 'document'"
printf '{"one": "%s", "two": "%s"}' "$(base64 -w 0 enclave.cbor)" "$(base64 -w 0 tpm.cbor)" >two.json
expect 3 "$REPRODUCE" inspect two.json
says err "'/one', '/two'"
expect 0 "$REPRODUCE" inspect --field two two.json
says out "NitroTPM document"
expect 2 "$REPRODUCE" inspect --field two cut.eif
says err "an image has no fields"
expect 2 "$REPRODUCE" inspect --tree enclave.json
echo '{"id": 7}' >none.json
expect 3 "$REPRODUCE" inspect none.json
says err "no field of the JSON looks like an attestation document"
silent out

[ -d "$VECTORS/eif" ] || exit 77
image=$VECTORS/eif/v23_signed_p384/image.eif
expect 0 "$REPRODUCE" inspect "$image"
says out "well-formed"
says out "CN=eif-secp384r1"
silent err
"$REPRODUCE" inspect --json "$image" >file.json
# A pipe is the same as a file but for its name.
expect 0 sh -c 'cat "$2" | "$1" inspect --json -' sh "$REPRODUCE" "$image"
sed 's/"file": .*/"file": "standard input",/' file.json | cmp - out
expect 0 "$REPRODUCE" inspect -q "$image"
silent out
hostile=$VECTORS/eif-hostile/m66_offsets_reordered_crc_table_order.eif
expect 3 "$REPRODUCE" inspect "$hostile"
says out "DIFFERENT registers"
expect 3 "$REPRODUCE" inspect --json "$hostile"
says out '"well_formed": false'
document=$VECTORS/attestation/hf_nitrite-1.cbor
expect 0 "$REPRODUCE" inspect "$document"
says out "nothing in it was verified"
base64 "$document" >document.b64
expect 0 "$REPRODUCE" inspect --json document.b64
says out '"encoding": "base64"'
expect 0 "$REPRODUCE" inspect "$VECTORS/attestation/lockboot_lockboot-1.cbor"
says out "NitroTPM document of an EC2 instance"
