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
truncate -s 8 ready.cpio
"$REPRODUCE" lock -q
expect 0 "$REPRODUCE" build
