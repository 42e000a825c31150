#!/bin/sh
# Writes pins.txt for what Debian's archive has today:
#
#     sh tests/boot/renew_pins.sh
#
# What it writes is as good as the archive's signature, which apt checks. Look at the difference, run
# tests/boot/setup.sh and tests/boot/run.sh, and commit all of it together.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/setup.sh"
. "$root/tests/boot/archive.sh"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# pin_package NAME PACKAGE: the newest version of PACKAGE, under the name that setup.sh knows it by.
pin_package() {
  suite_apt "$scratch" apt-cache --no-all-versions show "$2" |
    awk -v name="$1" '$1 == "Filename:" { path = $2 } $1 == "SHA256:" { sum = $2 } END { print sum, name, path }'
}

# pin_source PACKAGE PATTERN: a file of the newest source.
pin_source() {
  version=$(suite_apt "$scratch" apt-cache madison "$1" | awk '/Sources/ { print $3; exit }')
  suite_apt "$scratch" apt-cache showsrc --only-source "$1" | awk -v name="$1" -v wanted="$2" -v version="$version" '
    $1 == "Version:" { right = $2 == version }
    $1 == "Directory:" && right { folder = $2 }
    length($1) == 64 && right && $3 ~ wanted { sum = $1; file = $3 }
    END { print sum, name, folder "/" file }'
}

suite_apt "$scratch" apt-get update
kernel=$(suite_apt "$scratch" apt-cache depends linux-image-cloud-amd64 | awk '/Depends:/ { print $2; exit }')
{
  grep '^#' "$root/tests/boot/pins.txt"
  pin_source qemu '[.]orig[.]tar[.]xz$'
  pin_source qemu '[.]debian[.]tar[.]xz$'
  pin_package meson meson
  pin_package seabios seabios
  pin_package qemu-system-data qemu-system-data
  pin_package linux-image-cloud-amd64 "$kernel"
  pin_package linux-source-6.12 linux-source-6.12
} >"$scratch/pins.txt"
! grep -v '^#' "$scratch/pins.txt" | grep -v -E '^[0-9a-f]{64} [^ ]+ pool/[^ ]+$' ||
  fail "these lines make no sense; pins.txt stays as it was"
mv "$scratch/pins.txt" "$root/tests/boot/pins.txt"
