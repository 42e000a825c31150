# shellcheck shell=sh
# environment KERNEL: docs/examples/boot, the circumstances that its manifest declares, and the document.
: "${root:?}"
kernel=$1
cp -R "$root/docs/examples/boot/rootfs" "$root/docs/examples/boot/enclave.toml" .
mkdir inputs inputs/linked
cp "../inputs/$kernel"/* ../inputs/nsm-report inputs/
echo "one file" >inputs/linked/one
ln inputs/linked/one inputs/linked/two
if [ "$kernel" = tiny ]; then  # which has no modules, and another way to end the machine
  sed -e '/^nsm = /d' -e '/virtio_mmio/d' -e '/^# The bus/d' enclave.toml |
    awk '{ print } $0 == "[kernel]" { print "cmdline = \"reboot=t panic=30 console=ttyS0\"" }' |
    sed '/^\[\[ramdisk.layer\]\]$/{N;/\n$/d;}' >tiny.toml
  mv tiny.toml enclave.toml
fi
build
sign
predict
boot
has_predicted_registers
says "init: the app exited with status 7"

# What differs between kernels and sizes of memory is no promise.
grep -E '^(argument|variable|user|groups|folder|umask|process|mount|file|orphans)' console |
  sed -E '/^mount/s/,(size=[0-9]+k|nr_inodes=[0-9]+|inode64)//g' >environment
diff "$root/tests/boot/environment.expected" environment >differences ||
  wrong "circumstances (< declared, > seen by the guest):
$(cat differences)"

# The document has these registers too, and proves nothing.
grep -v -e '^attestation begin' -e '^attestation end' console | sed -n 's/^attestation //p' | base64 -d >document.cbor
quietly "$REPRODUCE" inspect --json document.cbor
sed -n 's/^ *"\(PCR[0-9]*\)": "\([0-9a-f]*\)".*/\1 \2/p' said >registers
diff predicted registers >differences || wrong "registers (< predicted, > in the document):
$(cat differences)"
status=0
"$REPRODUCE" verify image.eif document.cbor >said 2>&1 || status=$?
[ "$status" -eq 4 ] || wrong "verify ends with $status instead of 4: $(cat said)"
grep -q "^error: the attestation document is unsigned: an emulated security module made it" said ||
  wrong "verify says: $(cat said)"
