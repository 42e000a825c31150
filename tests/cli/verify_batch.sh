# verify --batch: a verdict for each of many documents, and the worst of their exit codes.
. "$SOURCE/tests/cli/expect.sh"

value() { printf "%096d" "$1"; }
printf '%s PCR0\n%s PCR1\n%s PCR2\n' "$(value 1)" "$(value 2)" "$(value 3)" >pcrs.txt
flags="--pcr 0=$(value 1) --pcr 1=$(value 2) --pcr 2=$(value 3)"
# shellcheck disable=SC2086  # words on purpose
"$FORGE" $flags --count 40 --enclaves 4 --root-out root.pem --out documents
batch() { "$REPRODUCE" verify --root root.pem --batch "$@"; }

expect 0 batch pcrs.txt documents
[ "$(grep -c '^yes ' out)" = 40 ]
says out "40 documents: 40 yes"
silent err
# The order is that of the names, however many threads work.
grep '^yes ' out | awk '{ print $2 }' >order
sort order | cmp - order
expect 0 batch -q pcrs.txt documents
silent out
expect 0 batch --json pcrs.txt documents
[ "$(wc -l <out)" = 41 ]
tail -n 1 out >summary
says summary '{"schema":"reproduce/verify-batch/1","documents":40,"yes":40,'
says out '"module_id":"i-0123456789abcdef0-enc0123456789abcdef0"'

# A list, from a file or a pipe; in the order of the list.
printf 'documents/000007.cbor\ndocuments/000003.cbor\n' >list
expect 0 batch pcrs.txt list
says out "2 documents: 2 yes"
[ "$(awk 'NR == 1 { print $2 }' out)" = documents/000007.cbor ]
expect 0 sh -c 'find documents -name "*5.cbor" | "$1" verify --root root.pem --batch pcrs.txt -' sh "$REPRODUCE"
says out "4 documents: 4 yes"

# One chain for each enclave, whatever the number of its documents.
expect 0 sh -c '"$1" verify --trace --root root.pem --batch pcrs.txt documents 2>trace' sh "$REPRODUCE"
grep -q ' chains were verified for 40 documents' trace
[ "$(sed -n 's/.*[^0-9]\([0-9]*\) chains were verified.*/\1/p' trace)" -le 8 ]

# The worst of all decides: no, malformed, untrusted, environment.
mixed() { says out "$1"; }
mkdir mixed
cp documents/00000[0-4].cbor mixed
"$FORGE" --root-out root2.pem --out mixed/foreign.cbor
expect 4 batch pcrs.txt mixed
mixed "6 documents: 1 untrusted, 5 yes"
says out "untrusted    mixed/foreign.cbor"
printf junk >mixed/junk
mkdir mixed/folder
touch mixed/.hidden
expect 4 batch pcrs.txt mixed
mixed "7 documents: 1 malformed, 1 untrusted, 5 yes"
expect 4 batch --json pcrs.txt mixed
says out '"kind":"untrusted"'
says out '"exit_code":4}'
rm mixed/foreign.cbor
expect 3 batch pcrs.txt mixed
rm mixed/junk
printf '%s PCR0\n%s PCR1\n%s PCR2\n' "$(value 1)" "$(value 2)" "$(value 4)" >other.txt
expect 1 batch other.txt mixed
mixed "5 documents: 5 no"
expect 1 batch -q other.txt mixed
[ "$(wc -l <out)" = 5 ]
printf 'documents/000001.cbor\nabsent.cbor\n' >list
expect 5 batch pcrs.txt list
mixed "2 documents: 1 environment, 1 yes"

# Nothing is no success.
mkdir empty
expect 2 batch pcrs.txt empty
says err "there is no document to verify"
: >list
expect 2 batch pcrs.txt list
expect 5 batch pcrs.txt absent
expect 2 batch documents
expect 2 batch --explain pcrs.txt documents

# Genuine documents at their own time.
[ -d "$VECTORS/attestation" ] || exit 77
find "$VECTORS/attestation" -name '*.cbor' >list
expect 4 "$REPRODUCE" verify --at document --batch pcrs.txt list
says out "no           "
[ "$(grep -c '^no ' out)" -ge 30 ]
! grep -q '^yes ' out
expect 4 "$REPRODUCE" verify --batch pcrs.txt list
! grep -q '^no ' out
! grep -q '^yes ' out
