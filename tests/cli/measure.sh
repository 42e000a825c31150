# measure: registers on stdout and nothing else; trouble on stderr with its code.
. "$SOURCE/tests/cli/expect.sh"

expect 5 "$REPRODUCE" measure absent.eif
says err "cannot open 'absent.eif'"
silent out
expect 5 "$REPRODUCE" measure .
printf 'no image' >junk.eif
expect 3 "$REPRODUCE" measure junk.eif
says err "cut off"
expect 3 "$REPRODUCE" measure --json junk.eif
says out '"kind": "malformed"'
silent err

[ -d "$VECTORS/eif" ] || exit 77
image=$VECTORS/eif/v02_rd2/image.eif
pcr0=288fe163c44e7b1c8deeefbd7d0ef9b053cf23004769aa08c55c5d0650cfe59e556f95c75386d72e58c950e5bd356a9d
expect 0 "$REPRODUCE" measure "$image"
says out "PCR0  $pcr0"
silent err
expect 0 sh -c '"$1" measure - <"$2"' sh "$REPRODUCE" "$image"
says out "PCR0  $pcr0"
expect 0 "$REPRODUCE" measure --file-digest "$image"
says out "SHA-256  $(sha256sum <"$image" | cut -d' ' -f1)"
expect 0 "$REPRODUCE" measure --format nitro-cli "$image"
says out "\"PCR0\": \"$pcr0\""
# Several: in order, and the first failure's code.
expect 3 "$REPRODUCE" measure "$image" junk.eif "$image"
[ "$(grep -c "$pcr0" out)" = 2 ]
expect 2 "$REPRODUCE" measure --format nitro-cli "$image" "$image"
# An answer that cannot be delivered is no answer.
expect 5 sh -c '"$1" measure "$2" >/dev/full' sh "$REPRODUCE" "$image"
