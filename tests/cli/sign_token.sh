# sign, with a key in a token: Debian's SoftHSM. Signatures hold, and are other ones each time.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/signers.sh"

command -v softhsm2-util >/dev/null || { echo "SKIPPED: there is no softhsm2-util (Debian: softhsm2)"; exit 77; }
module=
for file in /usr/lib/softhsm/libsofthsm2.so /usr/lib/*/softhsm/libsofthsm2.so; do
  [ ! -e "$file" ] || module=$file
done
[ -n "$module" ] || { echo "SKIPPED: SoftHSM's library is not where Debian has it"; exit 77; }

mkdir tokens
printf 'directories.tokendir = %s/tokens\nobjectstore.backend = file\n' "$PWD" >softhsm2.conf
export SOFTHSM2_CONF="$PWD/softhsm2.conf"
softhsm2-util --module "$module" --init-token --free --label signer --pin 1234 --so-pin 4321 >told
id=10
for curve in P-256 P-384 P-521; do
  make_key "$curve" "$curve"
  softhsm2-util --module "$module" --import "$curve.key" --token signer --label "$curve" \
    --id $id --pin 1234 >>told
  id=$((id + 1))
done
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out rsa.key 2>/dev/null
softhsm2-util --module "$module" --import rsa.key --token signer --label rsa --id 99 --pin 1234 \
  >>told

"$REPRODUCE" build -q --kernel kernel --cmdline quiet --ramdisk rd -o plain.eif
url() { echo "pkcs11:token=signer;object=$1?module-path=$module"; }
export PIN=1234

for curve in P-256 P-384 P-521; do
  for round in 1 2; do
    expect 0 "$REPRODUCE" sign plain.eif -o "$round.eif" --certificate "$curve.pem" \
      --key "$(url "$curve")" --passphrase-env PIN
    says out "the token draws a new number"
    expect 0 "$REPRODUCE" inspect "$round.eif"
    says out "holds for this PCR0"
  done
  cmp -s 1.eif 2.eif && { echo "two signatures of a token are the same"; exit 1; }
  # All but the signature is as with the same key in a file.
  expect 0 "$REPRODUCE" sign plain.eif -o file.eif --certificate "$curve.pem" --key "$curve.key"
  "$REPRODUCE" measure file.eif >one
  "$REPRODUCE" measure 1.eif | cmp - one
  expect 0 "$REPRODUCE" sign 1.eif -o bare.eif --remove
  cmp bare.eif plain.eif
done
expect 0 "$REPRODUCE" sign plain.eif -o json.eif --certificate P-384.pem --key "$(url P-384)" \
  --passphrase-env PIN --json
says out '"deterministic": false'

fails() {
  code=$1 words=$2
  shift 2
  expect "$code" "$REPRODUCE" sign plain.eif -o no.eif "$@"
  says err "$words"
  [ ! -e no.eif ]
}
fails 2 "the private key is not the certificate's" --certificate P-256.pem \
  --key "$(url P-384)" --passphrase-env PIN
fails 2 "RSA" --certificate P-384.pem --key "$(url rsa)" --passphrase-env PIN
fails 2 "the token does not take the PIN" --certificate P-384.pem --key "$(url P-384)" \
  --passphrase-env HOME
fails 2 "has no variable" --certificate P-384.pem --key "$(url P-384)" --passphrase-env ABSENT
fails 2 "holds a PIN" --certificate P-384.pem --key "$(url P-384)&pin-value=1234"
fails 5 "not to be had" --certificate P-384.pem --key "$(url absent)" --passphrase-env PIN
fails 5 "library cannot be loaded" --certificate P-384.pem \
  --key "pkcs11:token=signer;object=P-384?module-path=/absent.so" --passphrase-env PIN

# A build whose manifest names a token's key: the lock expects the image without its signature.
cat >enclave.toml <<END
[image]
name = "token"
arch = "x86_64"
[kernel]
path = "kernel"
[[ramdisk]]
raw = "rd"
[sign]
certificate = "P-384.pem"
key = "$(url P-384)"
END
expect 0 "$REPRODUCE" lock --passphrase-env PIN
says err "the image's bytes do not reproduce"
says enclave.lock '"without_signature": true'
says enclave.lock '"PCR8"'
cp enclave.lock first.lock
expect 0 "$REPRODUCE" lock --passphrase-env PIN
cmp enclave.lock first.lock
for round in 1 2; do
  expect 0 "$REPRODUCE" build -o "$round.eif" --passphrase-env PIN
  expect 0 "$REPRODUCE" inspect "$round.eif"
  says out "holds for this PCR0"
done
cmp -s 1.eif 2.eif && { echo "two builds of a token are the same"; exit 1; }
expect 0 "$REPRODUCE" sign 1.eif -o bare.eif --remove
says enclave.lock "$(sha256sum <bare.eif | cut -d' ' -f1)"
expect 0 "$REPRODUCE" build --check --passphrase-env PIN
printf 'another' >kernel
expect 4 "$REPRODUCE" build -o no.eif --passphrase-env PIN
[ ! -e no.eif ]
