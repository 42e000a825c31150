#!/bin/sh
# Gives several hundred images to QEMU's reader and to ours, and compares what they accept and which registers
# they come to:
#
#     sh tests/boot/differential.sh
#
# Nothing boots: QEMU starts stopped, loads the image, and is told to quit. No command of its monitor shows the
# registers, and the machine refuses to migrate, so a small library in front of GnuTLS tells what QEMU hashes.
# The differences that there may be are in docs/formats/eif.md; any other is a failure. REPRODUCE names the binary
# (default: the release build, made here). Exit 77 when tests/boot/setup.sh has not been run.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/setup.sh"
. "$root/tests/boot/place.sh"

here=$root/tests/boot/differential
vectors=${REPRODUCE_VECTORS:-$root/../shared/vectors}
begin_boot "Differential reading: QEMU's reader and ours"
# shellcheck disable=SC2154  # place.sh says
mkdir "$scratch/images"
cc -shared -fPIC -O1 -Wall -Wextra -o "$scratch/witness.so" "$here/hash_witness.c" -ldl
set --
[ ! -d "$vectors/eif" ] || set -- "$vectors"
PYTHONDONTWRITEBYTECODE=1 python3 "$here/differential.py" "$REPRODUCE" "$boot_place/qemu" "$boot_place/firmware" \
  "$scratch/witness.so" "$root/docs/formats/eif.md" "$scratch/images" "$@"
echo "no undocumented difference, in $(seconds) s"
