# How many attestation documents a second `verify --batch` judges, beside what OpenSSL's P-384 allows.
# DOCUMENTS (10000) documents of ENCLAVES (1000) enclaves on one instance, each enclave with a leaf of its
# own: their chains share all but the leaf, as those of one instance do. Then the same documents as if
# of one enclave, and alone with a chain that nothing shares: what the cache is worth. Peak memory too.
. "$SOURCE/tests/cli/expect.sh"
[ -x "$FORGE" ] || { echo "no maker of documents at $FORGE"; exit 77; }
documents=${DOCUMENTS:-10000}
enclaves=${ENCLAVES:-1000}
cores=$(nproc)

value() { printf '%096d' "$1"; }
printf '%s PCR0\n%s PCR1\n%s PCR2\n' "$(value 1)" "$(value 2)" "$(value 3)" >pcrs.txt
make() {
  "$FORGE" --pcr 0="$(value 1)" --pcr 1="$(value 2)" --pcr 2="$(value 3)" --count "$documents" \
    --enclaves "$2" --root-out "$1.pem" --out "$1"
}
echo "making $documents documents of $enclaves enclaves, and of one"
make many "$enclaves"
make one 1

# OpenSSL's own figure, on one core and on all of them.
rate() { openssl speed -seconds 3 "$@" ecdsap384 2>/dev/null | awk '/nistp384|secp384r1/ { print $NF }' | tail -n 1; }
single=$(rate)
all=$(rate -multi "$cores")
echo "OpenSSL verifies $single signatures on P-384 a second on one core, $all on $cores"
echo "5 a document would be $(echo "$all" | awk '{ printf "%.0f", $1 / 5 }') documents a second; 1 a document, $all"

for set in many one; do
  for form in text json; do
    flag=
    [ $form = text ] || flag=--json
    # shellcheck disable=SC2086  # a flag or none
    /usr/bin/time -f '%e %M' -o "$set.time" "$REPRODUCE" verify $flag --root $set.pem --batch pcrs.txt $set >out
    if [ $form = text ]; then
      says out "$documents documents: $documents yes"
    else
      [ "$(wc -l <out)" = "$((documents + 1))" ]
    fi
    awk -v set="$set" -v form="$form" -v documents="$documents" -v cores="$cores" '{
      printf "%s enclave(s), %s: %.0f documents/s on %d cores (%.2f s), %d MiB at most\n",
        set, form, documents / $1, cores, $1, $2 / 1024 }' "$set.time"
  done
done
