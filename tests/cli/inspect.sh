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
