# build: the locked image and nothing else, whole or not at all.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

make_project .
expect 2 "$REPRODUCE" build
says err "there is no lock"
says err 'hint: `reproduce lock`'
expect 0 "$REPRODUCE" lock
expect 0 "$REPRODUCE" build
says out "built 'small.eif', $(wc -c <small.eif) bytes"
silent err
"$REPRODUCE" measure small.eif >measured
tail -n 3 out | diff - measured
says enclave.lock "$(sha256sum <small.eif | cut -d' ' -f1)"
expect 0 "$REPRODUCE" build -q -o quiet.eif
silent out
silent err
cmp quiet.eif small.eif
expect 0 "$REPRODUCE" build --json -o json.eif
says out '"schema": "reproduce/build/1"'
says out "\"sha256\": \"$(sha256sum <small.eif | cut -d' ' -f1)\""
silent err

# Standard output is the image, and only the image.
expect 0 "$REPRODUCE" build -o -
cmp out small.eif
expect 2 "$REPRODUCE" build -o - --json
expect 5 sh -c '"$1" build -o - >/dev/full' sh "$REPRODUCE"

# Another folder, umask, locale, time zone, host name and day.
make_project elsewhere
cp enclave.lock elsewhere
expect 0 sh -c 'umask 077 && touch elsewhere/kernel && LC_ALL=C.UTF-8 TZ=Asia/Tokyo HOME=/ \
  SOURCE_DATE_EPOCH=86400 "$1" build elsewhere/enclave.toml -o other.eif' sh "$REPRODUCE"
cmp other.eif small.eif

# A new file replaces an old one only when it is whole.
printf 'old' >kept.eif
printf 'A kernel' >kernel
expect 4 "$REPRODUCE" build -o kept.eif
says err "kernel 'kernel' does not match its pin"
says err "'enclave.toml' line 5"
says err "expected: SHA-256 $(printf 'a kernel' | sha256sum | cut -d' ' -f1)"
says err "got:      SHA-256 $(printf 'A kernel' | sha256sum | cut -d' ' -f1)"
silent out
[ "$(cat kept.eif)" = old ]
expect 4 "$REPRODUCE" build -o new.eif
[ ! -e new.eif ]
expect 4 "$REPRODUCE" build --json -o new.eif
says out '"kind": "untrusted"'
says out '"line": 5'
silent err
printf 'a kernel' >kernel
expect 0 "$REPRODUCE" build -o kept.eif
cmp kept.eif small.eif

# Nothing is left behind beside the images: no temporary names.
[ -z "$(find . -name '.?*' -o -name '*partial*' -o -name '*scratch*')" ]
