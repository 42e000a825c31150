# Hostile layers of every kind, through the whole binary: the right exit code and words, little
# memory, nothing written anywhere but the lock, nothing left behind.
# HOSTILE=all takes those too that take a debug build long (tests/slow.sh layers-hostile).
. "$SOURCE/tests/cli/expect.sh"
for tool in python3 zstd; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: no $tool"; exit 77; }
done
limit=262144 # KiB, for any input
# Sanitizers take memory of their own.
! grep -qa __asan_init "$REPRODUCE" || limit=

mkdir -p room/work room/home room/tmp answers
printf 'a kernel' >room/work/kernel
python3 "$SOURCE/tests/support/hostile_archives.py" room/work "${HOSTILE:-quick}" >table
python3 "$SOURCE/tests/support/hostile_images.py" room/work >>table
cd room/work || exit
HOME=$PWD/../home TMPDIR=$PWD/../tmp
export HOME TMPDIR

# Everything below `room`, and what hostile names lead to.
listing() {
  find .. ! -type d -printf '%p %y %m %U %s %T@ %i %l\n' -o -printf '%p %y %m %U\n' | sort
  ls -d /tmp/escaped /escaped /etc/passwd 2>&1 || true
}
# peak COMMAND...: as expect's command, with the memory that it took in ../../answers/memory.
peak() { python3 "$SOURCE/tests/support/peak_memory.py" ../../answers/memory "$@"; }
fail() {
  echo "$name: $*"
  cat ../../answers/err
  exit 1
}

listing >../../answers/before
largest=0
count=0
while IFS='	' read -r name kind code words; do
  # The manifest comes from outside, so that the listing does not change by it.
  printf '[image]\nname = "x"\narch = "x86_64"\n[kernel]\npath = "kernel"\n[[ramdisk]]\n[[ramdisk.layer]]\n%s = "%s"\n' \
    "$kind" "$name" >x.toml
  got=0
  peak "$REPRODUCE" lock x.toml >../../answers/out 2>../../answers/err || got=$?
  [ "$got" = "$code" ] || fail "expected exit $code, got $got"
  [ -z "$words" ] || grep -qF -- "$words" ../../answers/err || fail "'$words' is not in what is said"
  memory=$(cat ../../answers/memory)
  if [ "$code" = 0 ]; then
    peak "$REPRODUCE" build -q -o x.eif x.toml >../../answers/out 2>../../answers/err || fail "does not build"
    [ "$(cat ../../answers/memory)" -le "$memory" ] || memory=$(cat ../../answers/memory)
    rm x.eif x.lock
  fi
  [ "$memory" -le "$largest" ] || { largest=$memory && of=$name; }
  [ -z "$limit" ] || [ "$memory" -le "$limit" ] || fail "$memory KiB of memory"
  rm x.toml
  listing >../../answers/after
  cmp -s ../../answers/before ../../answers/after ||
    fail "leaves something behind: $(diff ../../answers/before ../../answers/after)"
  count=$((count + 1))
done <../../table
[ "$count" -ge 150 ] || fail "only $count cases"
echo "$count hostile inputs; the most memory took $of: $largest KiB"

# What would escape lies inside the tree.
for name in through-absolute-symlink:tmp/escaped through-relative-symlink:tmp/escaped through-two-symlinks:escaped; do
  "$PRINT_TREE" tar "${name%:*}.tar" | cut -f 3- >../../answers/tree
  grep -qF "${name#*:}" ../../answers/tree || { cat ../../answers/tree; exit 1; }
done
for name in layer-dotdot layer-absolute layer-dotdot-of-symlink; do
  "$PRINT_TREE" oci "$name" >../../answers/tree
  grep -q '	escaped	' ../../answers/tree || { cat ../../answers/tree; exit 1; }
done

# A folder's links are not followed, wherever they lead.
mkdir -p folder/sub
printf 'outside' >../home/secret
ln -s ../../home/secret folder/link
ln -s ../../../home folder/sub/home
printf '[image]\nname = "x"\narch = "x86_64"\n[kernel]\npath = "kernel"\n[[ramdisk]]\n[[ramdisk.layer]]\ndir = "folder"\n' >x.toml
expect 0 "$REPRODUCE" lock x.toml
expect 0 "$REPRODUCE" build -o x.eif x.toml
! grep -qa outside x.eif || { echo "a link was followed out of the folder"; exit 1; }
