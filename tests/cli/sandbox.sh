# --sandbox: what holds the build, and that a build in it can open what is declared and no more.
. "$SOURCE/tests/cli/expect.sh"
. "$SOURCE/tests/cli/project.sh"

make_project .
expect 0 "$REPRODUCE" lock
expect 0 "$REPRODUCE" build --sandbox=off -o off.eif --json
says out '"sandbox"'
expect 0 "$REPRODUCE" build --sandbox=off -o off.eif
says out ', without a sandbox'
expect 0 "$REPRODUCE" build --sandbox=auto -o auto.eif
says out ', in a sandbox of '
cmp off.eif auto.eif
expect 2 "$REPRODUCE" build --sandbox=sometimes -o x.eif

# Where the kernel has what is required it is in force; elsewhere the error names it.
got=0
"$REPRODUCE" build --sandbox=require -o require.eif --json >out 2>err || got=$?
if [ "$got" = 0 ]; then
  cmp off.eif require.eif
  says out seccomp
  grep -qi landlock out
  expect 0 "$REPRODUCE" build -v --sandbox=require -o require.eif
  says err 'sandbox: '
else
  [ "$got" = 5 ]
  grep -qiE 'landlock|seccomp' out
fi

# A link in an input folder is a link in the image. What it leads to is not read.
printf 'a secret' >secret
mkdir -p linked/rootfs
ln -s ../../secret linked/rootfs/link
ln -s /etc/passwd linked/rootfs/other
cat >linked/enclave.toml <<'END_OF_MANIFEST'
[image]
name = "linked"
arch = "x86_64"
[kernel]
path = "kernel"
[[ramdisk]]
[[ramdisk.layer]]
dir = "rootfs"
END_OF_MANIFEST
cp kernel linked/kernel
expect 0 "$REPRODUCE" lock linked/enclave.toml
expect 0 "$REPRODUCE" build linked/enclave.toml -o linked.eif
! grep -q 'a secret' linked.eif
# An input that is a link is the file that it leads to: the manifest declares it by this name.
rm linked/kernel
ln -s ../kernel linked/kernel
expect 0 "$REPRODUCE" build linked/enclave.toml -o linked2.eif
cmp linked.eif linked2.eif
printf 'A kernel' >kernel
expect 4 "$REPRODUCE" build linked/enclave.toml -o linked3.eif
[ ! -e linked3.eif ]
printf 'a kernel' >kernel

# A trace opened before the walls went up is written to from behind them.
expect 0 "$REPRODUCE" build --trace=log -o traced.eif
cmp off.eif traced.eif
says log "kernel 'kernel' matches its pin"
if grep -vE '^ +[0-9]+\.[0-9]{6} [a-z]+ +[^ ]' log; then exit 1; fi

# A pipe is of this process only.
mkfifo pipe
cat kernel >pipe &
expect 0 "$REPRODUCE" build --kernel pipe --cmdline c --ramdisk ready.cpio -o piped.eif
cat kernel >pipe &
writer=$!
expect 2 "$REPRODUCE" build --kernel pipe --cmdline c --ramdisk ready.cpio -o x.eif --sandbox=require
says err "a pipe"
kill "$writer"

# Nothing is left behind beside the output, not even by what fails.
expect 4 sh -c 'printf "A kernel" >kernel && "$1" build -o x.eif' sh "$REPRODUCE"
[ -z "$(find . -name '.reproduce*')" ] || { find . -name '.reproduce*'; exit 1; }
