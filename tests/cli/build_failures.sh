# build: what cannot be built, in words, each with its exit code.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

make_project .
"$REPRODUCE" lock -q
expect 5 "$REPRODUCE" build absent.toml
says err "cannot open 'absent.toml'"
expect 5 "$REPRODUCE" build -o no/such/folder/x.eif
says err "no/such/folder/x.eif"
expect 5 "$REPRODUCE" build -o /dev/null
says err "not a regular file"

# Stale, damaged and foreign locks.
cp enclave.lock good.lock
printf '\n' >>enclave.toml
expect 2 "$REPRODUCE" build
says err "the lock is stale"
says err 'reproduce lock'
sed -i '$d' enclave.toml
printf '{}' >enclave.lock
expect 2 "$REPRODUCE" build
says err "(schema)"
sed 's|newc/1|newc/0|' good.lock >enclave.lock
expect 2 "$REPRODUCE" build
says err "another version of reproduce"
sed 's|"crc32": "........"|"crc32": "00000000"|' good.lock >enclave.lock
expect 4 "$REPRODUCE" build
says err "its checksum differs"
[ ! -e small.eif ]
cp good.lock enclave.lock

# Inputs that went away, or cannot be read (root reads everything).
mv init away
expect 5 "$REPRODUCE" build
says err "'enclave.toml' line 8"
mv away init
if [ "$(id -u)" != 0 ]; then
  chmod 000 init
  expect 5 "$REPRODUCE" build
  says err "Permission denied"
  chmod 644 init
fi

# No space: a file system of one page, where we may mount one.
if mkdir tiny && unshare -rm true 2>/dev/null; then
  head -c 200000 /dev/zero >ready.cpio
  "$REPRODUCE" lock -q
  expect 5 unshare -rm sh -c 'mount -t tmpfs -o size=64k tiny tiny && cd tiny &&
    "$1" build ../enclave.toml -o small.eif; status=$?; ls -A; exit $status' sh "$REPRODUCE"
  says err "No space left on device"
  says err "hint: free some space"
  silent out
fi
