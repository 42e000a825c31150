#!/bin/sh
# Boots an image in QEMU's nitro-enclave machine and keeps what it writes to its console:
#
#     sh tests/boot/boot.sh IMAGE CONSOLE
#
# Ends when the guest ends the machine, with QEMU's status; 124 when the guest does not within
# $BOOT_SECONDS (default 900). PCR3 and PCR4 follow $BOOT_ROLE and $BOOT_MODULE.
#
# QEMU ends with 0 even if the guest's kernel has panicked. Whoever calls this looks into CONSOLE.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/boot/place.sh"
: "${boot_place:?}"
image=$1
console=$2

scratch=$(mktemp -d)
stub=
trap 'kill $stub 2>/dev/null || true; rm -rf "$scratch"' EXIT
python3 "$root/tests/boot/vsock_stub.py" "$scratch/vsock" &
stub=$!
tenths=0
until [ -S "$scratch/vsock" ] || [ "$tenths" -eq 300 ]; do
  sleep 0.1
  tenths=$((tenths + 1))
done

# acpi=on: Debian's kernel finds the virtio bus by ACPI. A kernel that does not know ACPI needs BOOT_ACPI=off, and
# is told on its command line, where PCR0 does not see it. TMPDIR: QEMU unpacks the image there.
# icount: one instruction is 16 ns, and no waiting for the host's clock. Without it boots hang on a busy host.
# quiet does not change a register: QEMU puts it behind the image's command line after measuring that.
status=0
TMPDIR=$scratch timeout "${BOOT_SECONDS:-900}" "$boot_place/qemu" \
  -nodefaults -no-user-config -no-reboot -display none -monitor none -L "$boot_place/firmware" \
  -machine "nitro-enclave,vsock=vsock,acpi=${BOOT_ACPI:-on},id=${BOOT_MODULE:-i-0-enc0},parent-role=${BOOT_ROLE:-role},parent-id=${BOOT_PARENT:-i-0}" \
  -accel tcg -cpu max -m "${BOOT_MEMORY:-256M}" -icount shift=4,sleep=off \
  -chardev "socket,id=vsock,path=$scratch/vsock" -kernel "$image" -append quiet \
  -serial "file:$scratch/console" || status=$?
tr -d '\r' <"$scratch/console" >"$console"
exit "$status"
