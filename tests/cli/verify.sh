# verify: yes, no, and no answer, each with its exit code and its words.
. "$SOURCE/tests/cli/expect.sh"

# What goes wrong before any document is believed.
expect 5 "$REPRODUCE" verify absent.eif absent.cbor
says err "cannot open 'absent.cbor'"
: >empty; echo words >words
expect 3 "$REPRODUCE" verify absent.eif empty
says err "the attestation document is empty"
expect 3 sh -c 'printf hello | "$1" verify absent.eif -' sh "$REPRODUCE"
says err "standard input"
expect 2 "$REPRODUCE" verify - -
expect 2 "$REPRODUCE" verify --at yesterday a b
says err "--at names no time"
expect 2 "$REPRODUCE" verify --nonce '' a b
expect 2 "$REPRODUCE" verify --nonce 0 a b
expect 2 "$REPRODUCE" verify --max-age -1 a b
expect 2 "$REPRODUCE" verify --max-age 60 --at document a b
says err "--max-age has no meaning with --at document"
expect 3 "$REPRODUCE" verify --root empty a b
says err "the root certificate is empty"
expect 3 "$REPRODUCE" verify --root words a b
says err "the root certificate is not in PEM"

[ -d "$VECTORS/eif" ] || exit 77
image=$VECTORS/eif/v02_rd2/image.eif
pcrs=$("$REPRODUCE" measure "$image" | sed -n 's/^PCR\([012]\)  /--pcr \1=/p')
# shellcheck disable=SC2086  # words on purpose
"$FORGE" $pcrs --nonce 00ff --root-out root.pem --out good.cbor
judge() { "$REPRODUCE" verify --root root.pem "$@"; }

# Yes.
expect 0 judge "$image" good.cbor
says out "yes: this image is the attested one"
says out "not AWS's root"
silent err
expect 0 judge --nonce 00FF --max-age 3600 "$image" good.cbor
expect 0 judge -q "$image" good.cbor
silent out
silent err
expect 0 judge -v "$image" good.cbor
says out "module_id    i-0123456789abcdef0-enc0123456789abcdef0"
base64 good.cbor >good.b64
base64 -w0 good.cbor | tr '+/' '-_' | tr -d '=' >good.b64url
od -An -v -tx1 good.cbor >good.hex
for form in good.b64 good.b64url good.hex; do
  expect 0 judge "$image" "$form"
  expect 0 sh -c '"$1" verify --root root.pem "$2" - <"$3"' sh "$REPRODUCE" "$image" "$form"
done
expect 0 sh -c '"$1" verify --root root.pem - good.cbor <"$2"' sh "$REPRODUCE" "$image"
expect 0 judge --at document "$image" good.cbor
says out "nothing shows that it is fresh"
expect 0 judge --json "$image" good.cbor
says out '"schema": "reproduce/verify/1"'
says out '"answer": "yes"'

# No.
expect 1 judge --nonce 00fe "$image" good.cbor
says out "no: the registers match, but the nonce is not the expected one"
other=$VECTORS/eif/v03_rd3/image.eif
expect 1 judge "$other" good.cbor
says out "MISMATCH"
says out "no: this image is not the attested one; only ramdisks after the first differ"
expect 1 judge -q "$other" good.cbor
[ "$(wc -l <out)" = 1 ]
says out "no: this image is not the attested one"
expect 1 judge --json "$other" good.cbor
says out '"answer": "no"'
silent err

# An older image at hand says why; where registers match there is nothing to say.
expect 1 judge --against "$image" "$other" good.cbor
says out "compared with '$image'"
says out "PCR2 moved because ramdisk 2 was added; PCR0 follows; PCR1 is untouched"
expect 1 judge --json --against "$image" "$other" good.cbor
says out '"schema": "reproduce/diff/1"'
expect 0 judge --json --against "$other" "$image" good.cbor
! grep -qF against out
expect 5 judge --against absent.eif "$other" good.cbor
says err "cannot open 'absent.eif'"
expect 2 judge --against - "$other" good.cbor
zero=$(printf '%096d' 0)
"$FORGE" --pcr 0=$zero --pcr 1=$zero --pcr 2=$zero --root-out root.pem --out debug.cbor
expect 1 judge "$image" debug.cbor
says out "debug mode"

# No answer.
expect 4 judge "$image" "$SOURCE/tests/attestation/qemu_document.b64"
says err "the attestation document is unsigned"
expect 4 "$REPRODUCE" verify "$image" good.cbor
says err "foreign root"
# What the system trusts does not count.
expect 4 env SSL_CERT_FILE="$PWD/root.pem" SSL_CERT_DIR="$PWD" "$REPRODUCE" verify "$image" good.cbor
says err "foreign root"
expect 4 judge "$image" good.cbor
says err "foreign root"
# shellcheck disable=SC2086
"$FORGE" $pcrs --time 2020-01-01T00:00:00Z --root-out root.pem --out old.cbor
expect 4 judge "$image" old.cbor
says err '`--at document`'
expect 0 judge --at document "$image" old.cbor
expect 0 judge --at 2020-01-01T00:30:00Z --max-age 1800 "$image" old.cbor
expect 1 judge --at 2020-01-01T00:30:00Z --max-age 1799 "$image" old.cbor
says out "the document is too old: 30 min old, at most 29 min 59 s allowed"
expect 4 judge --at 2019-12-31T23:54:59Z "$image" old.cbor
says err "from the future"
expect 4 judge --json "$image" old.cbor
says out '"kind": "untrusted"'
silent err
head -c 2000 old.cbor >cut.cbor
expect 3 judge "$image" cut.cbor
printf 'no image' >junk.eif
expect 3 judge --at document junk.eif old.cbor
says err "junk.eif"
