# Files out of packages, archives and images: `member`, `section`, tar layers, device nodes.
. "$SOURCE/tests/cli/expect.sh"

command -v dpkg-deb >/dev/null || { echo 'skipped: no dpkg-deb'; exit 77; }

# A kernel package as Debian's are: one kernel, its config, and a script that is not run.
mkdir -p package/DEBIAN package/boot
printf 'a kernel, 6.12' >package/boot/vmlinuz-6.12.1-amd64
printf '#\n#\n# Linux/x86_64 6.12.1 Kernel Configuration\n' >package/boot/config-6.12.1-amd64
cat >package/DEBIAN/control <<'END_OF_CONTROL'
Package: linux-image
Version: 6.12.1
Architecture: amd64
Maintainer: Somebody <somebody@example.org>
Description: a kernel
END_OF_CONTROL
printf '#!/bin/sh\ntouch ran\n' >package/DEBIAN/postinst
chmod 755 package/DEBIAN/postinst
dpkg-deb --root-owner-group -b package linux.deb >log

mkdir -p tree/bin
printf 'an init' >tree/init
printf 'a tool' >tree/bin/tool
ln tree/bin/tool tree/bin/same
ln -s tool tree/bin/link
chmod 755 tree tree/init tree/bin tree/bin/tool
tar --sort=name --owner=0 --group=0 -C tree -cf plain.tar .
gzip -kc plain.tar >tree.tar.gz
xz -kc plain.tar >tree.tar.xz
zstd -q -c plain.tar >tree.tar.zst

manifest() {  # FILE, the tar, the pattern of the kernel
  cat >"$1" <<END_OF_MANIFEST
[image]
name = "parts"
arch = "x86_64"
[kernel]
path = { deb = "linux.deb", member = "$3" }
config = { deb = "linux.deb", member = "boot/config-*" }
[[ramdisk]]
[[ramdisk.layer]]
tar = "$2"
[[ramdisk]]
[[ramdisk.layer]]
tar = "$2"
member = "bin/tool"
to = "/copy"
[[ramdisk.layer]]
mknod = "/dev/console"
type = "c"
major = 5
minor = 1
mode = "0600"
END_OF_MANIFEST
}
# How [kernel] names its file differs from how a layer does.
kernel_form() { sed 's/^path = { deb = \(.*\), member = \(.*\) }$/deb = \1\nmember = \2/'; }

manifest given.toml plain.tar 'boot/vmlinuz-*'
kernel_form <given.toml >enclave.toml
expect 0 "$REPRODUCE" lock
# One package, used twice, is one input.
[ "$(grep -c '"kind": "deb"' enclave.lock)" = 1 ]
[ "$(grep -c '"kind": "tar"' enclave.lock)" = 1 ]
expect 0 "$REPRODUCE" build -o plain.eif
expect 0 "$REPRODUCE" inspect plain.eif --json
says out '6.12.1'
expect 0 "$REPRODUCE" measure plain.eif
cp out plain.measured
for tar in tree.tar.gz tree.tar.xz tree.tar.zst; do
  manifest given.toml "$tar" 'boot/vmlinuz-*'
  kernel_form <given.toml >enclave.toml
  expect 0 "$REPRODUCE" lock -q
  expect 0 "$REPRODUCE" build -o "$tar.eif"
  cmp plain.eif "$tar.eif"
done

# A whole package is a layer too, with a word about what its scripts would have done.
sed 's/^tar = .*/deb = "linux.deb"/; /^member = "bin/d; s/^to = "\/copy"/to = "\/all"/' \
  enclave.toml >whole.toml
expect 0 "$REPRODUCE" lock whole.toml
says err "postinst"
[ ! -e ran ]
expect 0 "$REPRODUCE" build whole.toml -o whole.eif
grep -q 'boot/vmlinuz-6.12.1-amd64' whole.eif

# No match, and several: the pattern is at fault, and what there is is listed.
manifest given.toml plain.tar 'boot/bzImage*'
kernel_form <given.toml >enclave.toml
expect 2 "$REPRODUCE" lock
says err 'boot/bzImage*'
says err "'enclave.toml' line"
manifest given.toml plain.tar 'boot/*'
kernel_form <given.toml >enclave.toml
expect 2 "$REPRODUCE" lock
says err 'boot/vmlinuz-6.12.1-amd64'
says err 'boot/config-6.12.1-amd64'

# The parts of an image are inputs of the next one: the same registers.
cat >again.toml <<'END_OF_MANIFEST'
[image]
name = "parts"
arch = "x86_64"
[kernel]
eif = "plain.eif"
section = "kernel"
[[ramdisk]]
raw = { eif = "plain.eif", section = "ramdisk 0" }
[[ramdisk]]
[[ramdisk.layer]]
eif = "plain.eif"
section = "ramdisk 1"
END_OF_MANIFEST
expect 0 "$REPRODUCE" lock again.toml
[ "$(grep -c '"kind": "eif"' again.lock)" = 1 ]
expect 0 "$REPRODUCE" build again.toml -o again.eif
expect 0 "$REPRODUCE" measure again.eif
sed 's/plain.eif/again.eif/' plain.measured | cmp - out
sed 's/ramdisk 0/ramdisk 7/' again.toml >missing.toml
expect 2 "$REPRODUCE" lock missing.toml
says err "no section 'ramdisk 7'"
says err "ramdisk 1"

# Another package under the name that is locked.
manifest given.toml plain.tar 'boot/vmlinuz-*'
kernel_form <given.toml >enclave.toml
expect 0 "$REPRODUCE" lock -q
printf 'A kernel, 6.12' >package/boot/vmlinuz-6.12.1-amd64
dpkg-deb --root-owner-group -b package linux.deb >log
expect 4 "$REPRODUCE" build -o x.eif
says err "package 'linux.deb' does not match its pin"
[ ! -e x.eif ]
# What is cut off is malformed for lock, and no longer the pinned file for build.
head -c 200 linux.deb >cut.deb && mv cut.deb linux.deb
expect 4 "$REPRODUCE" build -o x.eif
expect 3 "$REPRODUCE" lock
says err linux.deb
