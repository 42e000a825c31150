# build with [sign], and with eif_build's flags: signed images reproduce bit for bit, and the key
# is read by nobody but the process that signs.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/signers.sh"

make_key signer P-384
make_key other P-384
openssl pkcs8 -topk8 -in signer.key -passout pass:sesame -out encrypted.key
# manifest KEY...: lines of [sign].
manifest() {
  {
    printf '[image]\nname = "app"\narch = "x86_64"\n[kernel]\npath = "kernel"\n'
    printf '[[ramdisk]]\nraw = "rd"\n'
    for line in "$@"; do echo "$line"; done
  } >enclave.toml
}

manifest
expect 0 "$REPRODUCE" lock -q
expect 0 "$REPRODUCE" build -q -o plain.eif

manifest '[sign]' 'certificate = "signer.pem"' 'key = "signer.key"'
expect 0 "$REPRODUCE" lock
silent err
says out "PCR8"
says enclave.lock '"kind": "certificate"'
says enclave.lock '"PCR8"'
says enclave.lock '"type": "signature"'
grep -q 'signer.key' enclave.lock && { echo "the key is in the lock"; exit 1; }
cp enclave.lock first.lock
expect 0 "$REPRODUCE" lock
cmp enclave.lock first.lock
expect 0 "$REPRODUCE" build -o one.eif
silent err
says enclave.lock "$(sha256sum <one.eif | cut -d' ' -f1)"
expect 0 "$REPRODUCE" inspect one.eif
says out "holds for this PCR0"
# From another place, on another day; without a sandbox; and what sign makes of the plain image.
mkdir elsewhere
cp kernel rd signer.pem signer.key enclave.toml enclave.lock elsewhere
expect 0 sh -c 'umask 077; TZ=Asia/Tokyo HOME=/ "$1" build elsewhere/enclave.toml -o two.eif' sh \
  "$REPRODUCE"
cmp one.eif two.eif
expect 0 "$REPRODUCE" build --sandbox=off -o two.eif
cmp one.eif two.eif
expect 0 "$REPRODUCE" sign plain.eif -o two.eif --certificate signer.pem --key signer.key
cmp one.eif two.eif
expect 0 "$REPRODUCE" build --check
# Who has the sources and not the key can hold a document to them: PCR8 is of the certificate.
mv signer.key away.key
pcrs=$("$REPRODUCE" measure one.eif | sed -n 's/^PCR\([0-9]*\)  /--pcr \1=/p')
# shellcheck disable=SC2086  # words are what is wanted
"$FORGE" $pcrs --root-out root.pem --out document.cbor
expect 0 "$REPRODUCE" verify enclave.toml document.cbor --root root.pem
says out PCR8
expect 0 "$REPRODUCE" export enclave.toml --format pcrs
says out ' PCR8'
pcrs=$(echo "$pcrs" | sed '/--pcr 8=/d')
# shellcheck disable=SC2086
"$FORGE" $pcrs --root-out root.pem --out unsigned.cbor
expect 1 "$REPRODUCE" verify enclave.toml unsigned.cbor --root root.pem
mv away.key signer.key
# Twenty years later the lock still gives the image, with a warning.
expect 0 "$REPRODUCE" build -o two.eif --sign-at 2200-01-01T00:00:00Z
says err "warning: the signing certificate has expired"
cmp one.eif two.eif
expect 4 "$REPRODUCE" lock --sign-at 2200-01-01T00:00:00Z
cmp enclave.lock first.lock
# An image signed by us, taken apart, builds again without the key.
expect 0 "$REPRODUCE" extract one.eif folder
expect 0 sh -c 'cd folder && "$1" build -q -o ../two.eif' sh "$REPRODUCE"
cmp one.eif two.eif

# Whoever has no key builds the unsigned image of the same lock.
mv signer.key hidden.key
expect 5 "$REPRODUCE" build -o no.eif
says err "signer.key"
[ ! -e no.eif ]
expect 5 "$REPRODUCE" lock
cmp enclave.lock first.lock
expect 0 "$REPRODUCE" build --unsigned -o two.eif
cmp plain.eif two.eif
cp other.key signer.key
expect 2 "$REPRODUCE" build -o no.eif
says err "the private key is not the certificate's"
[ ! -e no.eif ]
cp hidden.key signer.key
# Another certificate than the pinned one.
cp signer.pem hidden.pem
openssl req -x509 -new -key signer.key -subj /CN=again -days 9 -out signer.pem 2>/dev/null
expect 4 "$REPRODUCE" build -o no.eif
says err "certificate 'signer.pem' does not match its pin"
expect 4 "$REPRODUCE" build --unsigned -o no.eif
[ ! -e no.eif ]
cp hidden.pem signer.pem
expect 0 "$REPRODUCE" build -q -o two.eif
cmp one.eif two.eif

# An encrypted key.
manifest '[sign]' 'certificate = "signer.pem"' 'key = "encrypted.key"'
expect 0 env PHRASE=sesame "$REPRODUCE" lock --passphrase-env PHRASE
expect 0 env PHRASE=sesame "$REPRODUCE" build -o two.eif --passphrase-env PHRASE
cmp one.eif two.eif
expect 2 env PHRASE=barley "$REPRODUCE" build -o no.eif --passphrase-env PHRASE
says err "the passphrase does not open the private key"
[ ! -e no.eif ]
expect 0 env PHRASE=sesame "$REPRODUCE" build --check --passphrase-env PHRASE

# Words for what is missing, and for what does not go together.
manifest '[sign]' 'certificate = "signer.pem"'
expect 2 "$REPRODUCE" lock
says err '[sign] names no `key`'
says err "sign --request"
manifest '[sign]' 'key = "signer.key"'
expect 2 "$REPRODUCE" lock
says err "certificate"
manifest '[sign]' 'certificate = "signer.pem"' 'key = "signer.key"' '[signature]' 'raw = "rd"'
expect 2 "$REPRODUCE" lock
says err "both [signature] and [sign]"
manifest '[sign]' 'certificate = "other.pem"' 'key = "signer.key"'
expect 2 "$REPRODUCE" lock
says err "the private key is not the certificate's"
manifest '[sign]' 'certificate = "kernel"' 'key = "signer.key"'
expect 3 "$REPRODUCE" lock
manifest '[sign]' 'certificate = "signer.pem"' 'key = "absent.key"'
expect 5 "$REPRODUCE" lock
says err "absent.key"

# The flags of eif_build, one of which never counts without the other.
flags() { "$REPRODUCE" build --kernel kernel --cmdline q --ramdisk rd "$@"; }
expect 0 flags -o flags.eif --signing-certificate signer.pem --private-key signer.key
expect 0 "$REPRODUCE" inspect flags.eif
says out "holds for this PCR0"
flags -q -o bare.eif
expect 0 "$REPRODUCE" sign bare.eif -o two.eif --certificate signer.pem --key signer.key
cmp flags.eif two.eif
expect 0 flags -o two.eif --check --signing-certificate signer.pem --private-key signer.key
expect 2 flags -o no.eif --signing-certificate signer.pem
says err "--private-key is missing"
expect 2 flags -o no.eif --private-key signer.key
says err "--signing-certificate is missing"
expect 5 flags -o no.eif --signing-certificate signer.pem --private-key absent
expect 2 flags -o no.eif --signing-certificate signer.pem --private-key other.key
expect 4 flags -o no.eif --signing-certificate signer.pem --private-key signer.key \
  --sign-at 2200-01-01T00:00:00Z
[ ! -e no.eif ]

# Of all processes of a build, those that read the inputs do not open the key.
if command -v strace >/dev/null; then
  manifest '[sign]' 'certificate = "signer.pem"' 'key = "signer.key"'
  expect 0 "$REPRODUCE" lock -q
  if strace -f -ff -o calls -e trace=openat "$REPRODUCE" build -q -o two.eif 2>/dev/null; then
    readers=$(grep -l '"signer.key"' calls.* | wc -l)
    both=$(grep -l '"signer.key"' calls.* | xargs grep -l 'rd"' | wc -l)
    [ "$readers" = 1 ] && [ "$both" = 0 ] || { echo "the key was read by $readers, $both"; exit 1; }
  fi
fi
