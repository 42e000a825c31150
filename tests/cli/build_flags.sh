# build without a manifest: what AWS's eif_build takes, byte for byte what it makes.
. "$SOURCE/tests/cli/expect.sh"

printf 'a kernel' >kernel
printf 'ramdisk!' >rd
expect 0 "$REPRODUCE" build --kernel kernel --cmdline quiet --ramdisk rd --output a.eif
says out "built 'a.eif'"
expect 0 "$REPRODUCE" build --kernel=kernel --cmdline=quiet --ramdisk=rd -o b.eif
cmp a.eif b.eif
grep -aq '"ImageName":"kernel","ImageVersion":"1.0"' a.eif
grep -aq '"BuildTime":"1970-01-01T00:00:00+00:00","BuildTool":"reproduce"' a.eif
SOURCE_DATE_EPOCH=1577836800 "$REPRODUCE" build --kernel kernel --cmdline quiet --ramdisk rd \
  -q -o c.eif
grep -aq '"BuildTime":"2020-01-01T00:00:00+00:00"' c.eif
# eif_build's later spellings.
# Several ramdisks after one option are several options.
expect 0 "$REPRODUCE" build --kernel kernel --cmdline quiet --ramdisk rd --ramdisk rd -o two.eif
expect 0 "$REPRODUCE" build --kernel kernel --cmdline quiet --ramdisk rd rd -o list.eif
cmp two.eif list.eif
expect 0 "$REPRODUCE" build --kernel kernel --cmdline '' --ramdisk rd --ramdisk rd -o d.eif \
  --image-name n --image-version 2 --image-os Linux --image-kernel 6.1 --arch aarch64
says err "warning: the command line is empty"
grep -aq '"ImageName":"n","ImageVersion":"2"' d.eif
grep -aq '"OperatingSystem":"Linux","KernelVersion":"6.1"' d.eif

expect 2 "$REPRODUCE" build --kernel kernel --cmdline quiet -o x.eif
says err "--ramdisk is missing"
expect 2 "$REPRODUCE" build --ramdisk rd -o x.eif
says err "--kernel is missing"
expect 2 "$REPRODUCE" build enclave.toml --kernel kernel --cmdline quiet --ramdisk rd -o x.eif
says err "there is a manifest"
expect 2 "$REPRODUCE" build --kernel kernel --cmdline q --ramdisk rd -o x.eif --arch arm64
expect 2 "$REPRODUCE" build --kernel kernel --cmdline q --ramdisk rd -o x.eif --build-time today
says err "RFC 3339"
expect 2 env SOURCE_DATE_EPOCH=now "$REPRODUCE" build --kernel kernel --cmdline q --ramdisk rd \
  -o x.eif
says err "SOURCE_DATE_EPOCH"
# Never an unsigned image in place of a signed one.
expect 2 "$REPRODUCE" build --kernel kernel --cmdline q --ramdisk rd -o x.eif \
  --signing-certificate cert
says err "--private-key is missing"
expect 5 "$REPRODUCE" build --kernel absent --cmdline q --ramdisk rd -o x.eif
: >empty
expect 3 "$REPRODUCE" build --kernel empty --cmdline q --ramdisk rd -o x.eif
says err "the kernel is empty"
expect 0 "$REPRODUCE" build --kernel kernel --cmdline q --ramdisk empty -o e.eif
says err "warning: ramdisk 0 is empty"
many=$(for _ in $(seq 30); do printf ' --ramdisk rd'; done)
expect 2 "$REPRODUCE" build --kernel kernel --cmdline q $many -o x.eif
says err "too many ramdisks"
[ ! -e x.eif ]

[ -d "$VECTORS/eif" ] || exit 77
cd "$VECTORS/eif" || exit 1
build() { "$REPRODUCE" build -q -o "$OLDPWD/v.eif" --kernel inputs/kernel.bin "$@" \
  --build-time 2020-01-01T00:00:00+00:00; }
boot='reboot=k panic=30 pci=off nomodules console=ttyS0 random.trust_cpu=on'
tool='--build-tool eif_build --build-tool-version 0.3.1'
build --cmdline "$boot" --ramdisk inputs/rd1.bin --ramdisk inputs/rd2.bin $tool
cmp "$OLDPWD/v.eif" v02_rd2/image.eif
build --cmdline 'a=b c=d
' --ramdisk inputs/rd1.bin $tool
cmp "$OLDPWD/v.eif" v12_cmdline_newline/image.eif
build --cmdline "$boot" --ramdisk inputs/rd1.bin --ramdisk inputs/rd2.bin --name n \
  --build-tool nitro-cli --build-tool-version 1.4.3 --img-os Linux --img-kernel 4.14.256 \
  --metadata inputs/meta.json
cmp "$OLDPWD/v.eif" v07_rd2_all_meta/image.eif
