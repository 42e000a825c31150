# A build that is killed leaves nothing that a later run would trust.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

make_project .
# Long enough to be interrupted: a ramdisk of zeros that takes no space.
truncate -s 512M ready.cpio
"$REPRODUCE" lock -q
printf 'old' >small.eif
find . | grep -v -E '/(out|err|before)$' | sort >before
for delay in 0.02 0.1 0.3; do
  "$REPRODUCE" build -o small.eif >out 2>err &
  pid=$!
  sleep "$delay"
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" || true
  find . | grep -v -E '/(out|err|before)$' | sort | diff before -
  # Either the old file or, had it been that quick, the whole new one.
  [ "$(head -c 3 small.eif)" = old ] || "$REPRODUCE" measure small.eif >out
done

# With an archive among the inputs there is a folder for scratch files. It may stay, empty, and the next
# run removes it: one whose owner lives on is locked.
truncate -s 64M ready.cpio
printf x >one && tar -cf one.tar one
printf '[[ramdisk]]\n[[ramdisk.layer]]\ntar = "one.tar"\nto = "/one"\n' >>enclave.toml
"$REPRODUCE" lock -q
for delay in 0.05 0.15; do
  "$REPRODUCE" build -o small.eif >out 2>err &
  pid=$!
  sleep "$delay"
  kill -9 "$pid" 2>/dev/null || true
  wait "$pid" || true
  [ -z "$(find . -path './.reproduce*/*')" ] || { find .; exit 1; }
done
mkdir .reproduce.a1B2c3
expect 0 "$REPRODUCE" build --sandbox=off -o killed.eif
[ -z "$(find . -name '.reproduce*')" ] || { find . -name '.reproduce*'; exit 1; }
truncate -s 8 ready.cpio
"$REPRODUCE" lock -q
expect 0 "$REPRODUCE" build
