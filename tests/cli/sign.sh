# sign: a signature put in, replaced and taken out, by keys of every kind; and no file after any
# failure.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/signers.sh"

make_key p256 P-256
make_key p384 P-384
make_key p521 P-521
make_key other P-384
openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key -subj /CN=rsa -days 9 -out rsa.pem \
  2>/dev/null

build() { "$REPRODUCE" build -q --kernel kernel --cmdline quiet --ramdisk rd --ramdisk rd "$@"; }
build -o plain.eif
sign() { "$REPRODUCE" sign "$@"; }

# Every curve; twice the same; another one in its place; and out again.
for key in p256 p384 p521; do
  expect 0 sign plain.eif -o "$key.eif" --certificate "$key.pem" --key "$key.key"
  says out "signed '$key.eif', $(wc -c <"$key.eif") bytes"
  says out "CN=$key"
  silent err
  "$REPRODUCE" measure "$key.eif" >measured
  grep -F PCR8 measured >pcr8
  says out "$(cat pcr8)"
  expect 0 sign plain.eif -o again.eif --certificate "$key.pem" --key "$key.key"
  cmp "$key.eif" again.eif
  expect 0 "$REPRODUCE" inspect "$key.eif"
  says out "holds for this PCR0"
  expect 0 sign "$key.eif" -o bare.eif --remove
  cmp bare.eif plain.eif
done
cp p256.eif image.eif
expect 0 sign image.eif -o image.eif --certificate p521.pem --key p521.key
says out "in place of the signature before"
cmp image.eif p521.eif
expect 0 sign image.eif -o image.eif --certificate p256.pem --key p256.key
cmp image.eif p256.eif
expect 0 sh -c 'cat p384.eif | "$1" sign - -o image.eif --remove' sh "$REPRODUCE"
cmp image.eif plain.eif

# The certificate is taken as the file has it; the first one makes PCR8.
{ printf 'words\r\n'; cat p384.pem other.pem; } >chain.pem
expect 0 sign plain.eif -o chain.eif --certificate chain.pem --key p384.key --json
says out '"schema": "reproduce/sign/1"'
says out '"deterministic": true'
"$REPRODUCE" measure p384.eif | grep PCR8 >one
"$REPRODUCE" measure chain.eif | grep PCR8 | cmp - one

# Other forms of the key's file.
openssl ec -in p384.key -out sec1.key 2>/dev/null
{ openssl ecparam -name secp384r1; cat sec1.key; } >params.key
for key in sec1 params; do
  expect 0 sign plain.eif -o again.eif --certificate p384.pem --key "$key.key"
  cmp p384.eif again.eif
done
openssl pkcs8 -topk8 -in p384.key -passout pass:sesame -out encrypted.key
openssl ec -in p384.key -aes256 -passout pass:sesame -out old.key 2>/dev/null
for key in encrypted old; do
  expect 0 env PHRASE=sesame "$REPRODUCE" sign plain.eif -o again.eif --certificate p384.pem \
    --key "$key.key" --passphrase-env PHRASE
  cmp p384.eif again.eif
done

rm -f no.eif
# fails CODE WORDS ARGUMENT...: nothing appears, and what stood there stays.
fails() {
  code=$1 words=$2
  shift 2
  expect "$code" "$REPRODUCE" sign "$@" -o no.eif
  says err "$words"
  [ ! -e no.eif ] || { echo "there is a file after: $*"; exit 1; }
  printf old >kept.eif
  expect "$code" "$REPRODUCE" sign "$@" -o kept.eif
  [ "$(cat kept.eif)" = old ] || { echo "the file was changed by: $*"; exit 1; }
  expect "$code" "$REPRODUCE" sign --json "$@" -o no.eif
  says out '"schema": "reproduce/error/1"'
  [ ! -e no.eif ]
}
fails 2 "the passphrase does not open the private key" plain.eif --certificate p384.pem \
  --key encrypted.key --passphrase-env PATH
fails 2 "the environment has no variable 'ABSENT'" plain.eif --certificate p384.pem \
  --key encrypted.key --passphrase-env ABSENT
fails 2 "the private key is not the certificate's" plain.eif --certificate p384.pem --key other.key
fails 2 "the private key is not the certificate's" plain.eif --certificate p384.pem --key p256.key
fails 2 "images cannot be signed with an RSA key" plain.eif --certificate rsa.pem --key rsa.key
fails 2 "images cannot be signed with an RSA key" plain.eif --certificate p384.pem --key rsa.key
openssl req -x509 -new -key p384.key -subj /CN=authority -days 9 -out authority.pem \
  -addext keyUsage=critical,keyCertSign 2>/dev/null
fails 2 "its key is not for signatures" plain.eif --certificate authority.pem --key p384.key
fails 5 "No such file" plain.eif --certificate p384.pem --key absent.key
fails 5 "No such file" plain.eif --certificate absent.pem --key p384.key
fails 5 "No such file" absent.eif --certificate p384.pem --key p384.key
fails 3 "none that can be read" plain.eif --certificate p384.pem --key p384.pem
fails 3 "is not in PEM" plain.eif --certificate kernel --key p384.key
fails 2 "a private key too" plain.eif --certificate p384.key --key p384.key
cat p384.pem p384.key >both.pem
fails 2 "a private key too" plain.eif --certificate both.pem --key p384.key
fails 4 "has expired" plain.eif --certificate p384.pem --key p384.key --at 2200-01-01T00:00:00Z
fails 4 "is not valid yet" plain.eif --certificate p384.pem --key p384.key --at 1990-01-01T00:00:00Z
fails 2 "--at names no time" plain.eif --certificate p384.pem --key p384.key --at tomorrow
fails 2 "a key in AWS KMS" plain.eif --certificate p384.pem --key arn:aws:kms:r:1:key/2
fails 2 "there is none to remove" plain.eif --remove
fails 2 "what to do" plain.eif
fails 2 "what to do" plain.eif --certificate p384.pem
fails 2 "more than one thing" plain.eif --certificate p384.pem --key p384.key --remove
fails 2 "--certificate is missing" plain.eif --key p384.key
fails 2 "means nothing with --remove" p384.eif --remove --certificate p384.pem
fails 2 "means nothing with --request" plain.eif --certificate p384.pem --request request
[ ! -e request ]
expect 2 sign plain.eif --certificate p384.pem --key p384.key
says err "--output is missing"
expect 2 sign --passphrase sesame plain.eif -o no.eif
# Damaged images, whose checksum AWS's tool would put right.
head -c 500 plain.eif >cut.eif
fails 3 "cut off" cut.eif --certificate p384.pem --key p384.key
{ head -c 700 plain.eif; printf X; tail -c +702 plain.eif; } >damaged.eif
fails 3 "" damaged.eif --certificate p384.pem --key p384.key
{ head -c 700 p384.eif; printf X; tail -c +702 p384.eif; } >damaged.eif
fails 3 "" damaged.eif --remove
many=$(for _ in $(seq 29); do printf ' --ramdisk rd'; done)
"$REPRODUCE" build -q --kernel kernel --cmdline q $many -o full.eif 2>/dev/null
fails 2 "no room for a signature" full.eif --certificate p384.pem --key p384.key
expect 5 sign plain.eif -o absent/no.eif --certificate p384.pem --key p384.key
expect 5 sign plain.eif -o /dev/full --certificate p384.pem --key p384.key

# A passphrase without a terminal and without a variable: an error, and no waiting.
if command -v setsid >/dev/null; then
  expect 5 setsid -w "$REPRODUCE" sign plain.eif -o no.eif --certificate p384.pem \
    --key encrypted.key
  says err "there is no terminal"
  [ ! -e no.eif ]
fi

# A passphrase on the terminal: asked for there and nowhere else, never shown; ^C ends it, and the
# terminal is as it was.
if command -v python3 >/dev/null; then
  python3 "$SOURCE/tests/support/terminal.py" 'sesame\n' "$REPRODUCE" sign plain.eif -o typed.eif \
    --certificate p384.pem --key encrypted.key >screen
  cmp p384.eif typed.eif
  says screen "passphrase or PIN of the key 'encrypted.key': "
  says screen "echo again: yes"
  says screen "status 0"
  grep -q sesame screen && { echo "the passphrase was shown"; exit 1; }
  python3 "$SOURCE/tests/support/terminal.py" '\x03' "$REPRODUCE" sign plain.eif -o no.eif \
    --certificate p384.pem --key encrypted.key >screen
  says screen "signal 2"
  says screen "echo again: yes"
  python3 "$SOURCE/tests/support/terminal.py" '\n' "$REPRODUCE" sign plain.eif -o no.eif \
    --certificate p384.pem --key encrypted.key >screen
  says screen "the passphrase does not open the private key"
  [ ! -e no.eif ]
fi

# Offline: what openssl signs elsewhere, in DER, comes back.
for key in p256:256 p384:384 p521:512; do
  name=${key%:*} bits=${key#*:}
  expect 0 sign plain.eif --certificate "$name.pem" --request request
  says out "$(openssl dgst -sha"$bits" request | sed 's/.*= *//')"
  openssl dgst "-sha$bits" -sign "$name.key" -out signature request
  expect 0 sign plain.eif -o offline.eif --certificate "$name.pem" --attach signature
  says out "attached"
  expect 0 "$REPRODUCE" inspect offline.eif
  says out "holds for this PCR0"
done
fails 3 "no ECDSA signature on P-384" plain.eif --certificate other.pem --attach signature
openssl dgst -sha384 -sign other.key -out wrong request
fails 3 "no ECDSA signature on P-256" plain.eif --certificate p256.pem --attach kernel
expect 0 sign plain.eif --certificate p384.pem --request request --json
says out '"algorithm": "ES384 (-35)"'
openssl dgst -sha384 -sign other.key -out wrong request
fails 4 "does not hold" plain.eif --certificate p384.pem --attach wrong
openssl dgst -sha384 -sign p384.key -out right request
"$REPRODUCE" build -q --kernel kernel --cmdline another --ramdisk rd -o another.eif
fails 4 "does not hold" another.eif --certificate p384.pem --attach right
openssl base64 -in right -out right.txt
fails 3 "not base64" plain.eif --certificate p384.pem --attach right.txt
expect 4 sign plain.eif --certificate p384.pem --request late --at 2200-01-01T00:00:00Z
[ ! -e late ]

# Memory does not grow with the image. (AddressSanitizer keeps what is freed.)
if command -v python3 >/dev/null && ! grep -qa __asan_init "$REPRODUCE"; then
  head -c 200000000 /dev/zero >large
  "$REPRODUCE" build -q --kernel kernel --cmdline q --ramdisk large -o large.eif
  python3 "$SOURCE/tests/support/peak_memory.py" peak "$REPRODUCE" sign -q large.eif \
    -o signed.eif --certificate p384.pem --key p384.key
  [ "$(cat peak)" -lt 65536 ] || { echo "signing took $(cat peak) KiB"; exit 1; }
  rm large large.eif signed.eif
fi

# Nothing is left beside the images.
[ -z "$(find . -name '.?*' -o -name '*partial*')" ]
