# lock: writes a lock that pins what is there, always the same text.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

expect 5 "$REPRODUCE" lock
says err "enclave.toml"
make_project .
expect 0 "$REPRODUCE" lock
says out "locked 4 inputs in 'enclave.lock'"
silent err
says enclave.lock '"schema": "reproduce/lock/1"'
says enclave.lock "$(sha256sum <kernel | cut -d' ' -f1)"
cp enclave.lock first.lock
expect 0 "$REPRODUCE" lock -q
silent out
silent err
cmp enclave.lock first.lock

# From another folder, under another umask, locale and time zone, and years later.
mkdir elsewhere
expect 0 sh -c 'cd elsewhere && umask 077 && touch ../kernel ../rootfs/bin/app &&
  LC_ALL=C.UTF-8 TZ=Asia/Tokyo SOURCE_DATE_EPOCH=1 "$1" lock ../enclave.toml' sh "$REPRODUCE"
cmp enclave.lock first.lock
expect 0 "$REPRODUCE" lock --json
cmp out enclave.lock

# --check writes nothing and says whether the lock would change, and what that moves.
expect 0 "$REPRODUCE" lock --check
says out "yes: 'enclave.lock' is what"
printf 'another app' >rootfs/bin/app
expect 1 "$REPRODUCE" lock --check
says out "no: "
says out "PCR2"
says out '-      "size_bytes": '
expect 1 "$REPRODUCE" lock --check --json
says out '"current": false'
printf 'an app' >rootfs/bin/app
cmp enclave.lock first.lock
sed 's/^  "manifest_sha256": ".*"/  "manifest_sha256": "'"$(printf '%064d' 0)"'"/' first.lock >enclave.lock
expect 1 "$REPRODUCE" lock --check
says out "+  \"manifest_sha256\": "
mv enclave.lock elsewhere/
expect 2 "$REPRODUCE" lock --check
says err "there is no lock"
[ ! -e enclave.lock ]
cp first.lock enclave.lock

# What cannot be locked leaves the old lock as it was.
rm rootfs/bin/app kernel
expect 5 "$REPRODUCE" lock
says err "No such file"
says err "'enclave.toml' line 5"
says err 'path = "kernel"'
cmp enclave.lock first.lock

printf '[image]\nnaem = "x"\n' >wrong.toml
expect 2 "$REPRODUCE" lock wrong.toml
says err "unknown key 'naem' in [image]"
says err "'wrong.toml' line 2"
says err '        naem = "x"'
says err '        ^'
says err 'did you mean `name`?'
silent out
[ ! -e wrong.lock ]
# The caret stands below its key, whatever stands before it: 18 + 5 + 2 + 3 columns.
printf 'image = { name = "größe画", naem = "x" }\n' >wide.toml
expect 2 "$REPRODUCE" lock wide.toml
says err "unknown key 'naem' in [image]"
says err "$(printf '\n%36s^' '')"
expect 2 "$REPRODUCE" lock --json wrong.toml
says out '"line": 2'
