# build --check: two builds under different circumstances, and where their images differ.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

make_project .
cat >>enclave.toml <<'END_OF_MANIFEST'
[[ramdisk]]
compression = "gzip"
[[ramdisk.layer]]
dir = "rootfs"
[[ramdisk]]
compression = "zstd"
[[ramdisk.layer]]
text = "some text"
to = "/text"
[[ramdisk]]
compression = "xz"
[[ramdisk.layer]]
dir = "rootfs"
END_OF_MANIFEST
expect 0 "$REPRODUCE" lock
expect 0 "$REPRODUCE" build --check
says out 'clock'
[ ! -e small.eif ]
expect 0 "$REPRODUCE" build --check --json
says out '"reproduce/check/1"'
says out '"differences": []'
expect 0 "$REPRODUCE" build --check -o checked.eif
expect 0 "$REPRODUCE" build -o usual.eif
cmp checked.eif usual.eif

# As somebody who may do less, and without a home.
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
  mkdir theirs
  make_project theirs
  cp enclave.toml enclave.lock theirs
  cp "$REPRODUCE" theirs/reproduce
  chown -R 65534:65534 theirs
  place=$(mktemp -d /tmp/reproduce.check.XXXXXX)
  mv theirs "$place/theirs" && chmod 755 "$place"
  expect 0 setpriv --reuid=65534 --regid=65534 --clear-groups env -u HOME -u XDG_CACHE_HOME \
    sh -c 'cd "$1/theirs" && ./reproduce build --check' sh "$place"
  rm -rf "$place"
fi

# The two builds read different things: the first has the pipe open when the link moves on.
mkdir one two
printf 'the same' >one/same
printf 'the same' >two/same
printf 'one' >one/changed
printf 'two' >two/changed
pack() { (cd "$1" && printf 'same\nchanged\n' | cpio -o -H newc --quiet --reproducible); }
pack one >one.cpio
pack two >two.cpio
mkfifo pipe
changing_ramdisk() {
  ln -sfn pipe ramdisk
  {
    exec 8>pipe  # waits for the first build
    ln -sfn two.cpio ramdisk
    cat one.cpio >&8
  } &
}
changing_ramdisk
expect 1 "$REPRODUCE" build --check --kernel kernel --cmdline c --ramdisk ramdisk -o x.eif
says out "DIFFERS  PCR1 moved because ramdisk 0 differs: /changed changed; PCR0 follows; PCR2 is untouched"
[ ! -e x.eif ]
wait
changing_ramdisk
expect 1 "$REPRODUCE" build --check --kernel kernel --cmdline c --ramdisk ramdisk -o x.eif --json
says out 'ramdisk 0 differs: /changed changed'
says out '"culprits": ['
wait

# A build that fails is no answer.
printf 'A kernel' >kernel
expect 4 "$REPRODUCE" build --check
says err "the first build of the check failed"
[ -z "$(find . -name '.reproduce*')" ] || { find . -name '.reproduce*'; exit 1; }
