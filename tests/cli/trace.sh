# --trace: what was done, for people who look for a fault; the answer stays what it was.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

make_project .
expect 0 "$REPRODUCE" lock
cp out plain.out
cp enclave.lock plain.lock
silent err

expect 0 "$REPRODUCE" lock --trace
cmp out plain.out
cmp enclave.lock plain.lock
says err "manifest    parsed 'enclave.toml': 3 ramdisks, SHA-256 $(sha256sum <enclave.toml | cut -c 1-64)"
says err "inputs      kernel 'kernel' is recorded: 8 bytes, SHA-256 $(sha256sum <kernel | cut -c 1-64)"
says err "eif         wrote section 0 (kernel) at offset 548, 8 bytes"
says err "cli         lock ends with exit code 0"
# Every line: seconds since the first, shelf, message.
if grep -vE '^ +[0-9]+\.[0-9]{6} [a-z]+ +[^ ]' err; then exit 1; fi
head -n 1 err | grep -q '^ *0\.000000 cli'

# Into a file; stderr stays what it was, and -q is no reason not to trace.
expect 0 "$REPRODUCE" build --trace=log -q
silent out
silent err
says log "folder 'rootfs' matches its pin"
[ "$(grep -c 'matches its pin' log)" = 4 ]
expect 0 "$REPRODUCE" measure small.eif
cp out plain.out
expect 0 "$REPRODUCE" measure --trace small.eif
cmp out plain.out
says err "(cmdline)"

# A failure is told too, and hostile names cannot forge a line.
printf 'A kernel' >kernel
expect 4 "$REPRODUCE" build --trace --json
says out '"exit_code": 4'
says err "build fails with exit code 4: kernel 'kernel' does not match its pin"
evil="$(printf 'evil\n0.000000 forged\033[2J')"
printf 'a kernel' >kernel
printf 'ready!!!' >"$evil"
expect 0 "$REPRODUCE" build --kernel kernel --cmdline c --ramdisk "$evil" -o x.eif --trace
says err "opened 'evil\\x0a0.000000 forged\\x1b[2J' for reading, 8 bytes"

expect 2 "$REPRODUCE" measure --trace=- small.eif
says err "does not go to standard output"
expect 5 "$REPRODUCE" measure --trace=no/such/folder/log small.eif
says err "cannot open 'no/such/folder/log'"
[ ! -e no ]

# The document's steps.
if [ -d "$VECTORS" ]; then
  document=$(find "$VECTORS/attestation" -name '*.bin' -o -name '*.cbor' | sort | head -n 1)
  "$REPRODUCE" verify --trace --at document small.eif "$document" >out 2>err || true
  says err "attestation the input of"
  says err "crypto      a chain of 5 certificates"
fi
