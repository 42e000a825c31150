# shellcheck shell=sh
# joined KERNEL SECOND: a first ramdisk that somebody else compressed, of an odd length, and a second one of
# ours behind it. The kernel sees them joined: behind the odd end it finds a compressed archive (SECOND is
# gzip) and does not find a plain one (none). `reproduce lock` warns of that, and the warning is right.
kernel=$1
second=$2
mkdir first first/dev
cp ../inputs/hello-init first/init
chmod 755 first first/dev first/init
for size in 1 2 3 4 5 6 7 8; do
  head -c "$size" ../inputs/hello-init >first/filler
  (cd first && find . -mindepth 1 | LC_ALL=C sort | cpio --quiet -o -H newc -R 0:0) | gzip -9n >first.gz
  [ $(($(wc -c <first.gz) % 4)) -eq 0 ] || break
done
[ $(($(wc -c <first.gz) % 4)) -ne 0 ] || wrong "no odd length was found"
{
  kernel "$kernel"
  printf '[[ramdisk]]\n[[ramdisk.layer]]\nraw = "first.gz"\n[[ramdisk]]\ncompression = "%s"\n' "$second"
  modules /modules
  program nsm-report /app
} >enclave.toml
build
predict
boot
if [ "$second" = none ]; then
  grep -q "which is no multiple of 4" warnings || wrong "lock does not warn: $(cat warnings)"
  grep -q "invalid magic at start of compressed archive" console || wrong "the kernel takes it nevertheless"
else
  [ ! -s warnings ] || ! grep -q "multiple of 4" warnings || wrong "lock warns of nothing: $(cat warnings)"
  has_predicted_registers
fi
