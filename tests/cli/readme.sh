# The manifests that README.md and the hello example show can be locked, built, measured and inspected.
. "$SOURCE/tests/cli/expect.sh"

mkdir -p inputs rootfs/bin
printf 'a kernel' >inputs/vmlinuz
printf '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.1.0 Kernel Configuration\n#\n' \
  >inputs/kernel.config
printf 'an init' >inputs/init
printf 'a shell' >inputs/busybox

sed -n '/^```toml$/,/^```$/p' "$SOURCE/README.md" | sed '/^```/d' >readme.toml
cp "$SOURCE/docs/examples/hello/enclave.toml" hello.toml
for name in readme hello; do
  expect 0 "$REPRODUCE" lock $name.toml
  expect 0 "$REPRODUCE" build $name.toml -o $name.eif
  expect 0 "$REPRODUCE" measure $name.eif
  says out PCR2
  expect 0 "$REPRODUCE" inspect $name.eif
done
