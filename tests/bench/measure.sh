#!/bin/sh
# measure.sh [BINARY]: `reproduce measure` beside `openssl dgst -sha384` on 2 GiB images, with one
# and with two ramdisks; then `build` of the same from raw ramdisks. Medians of five runs, taken in
# turn. Needs 7 GB below $TMPDIR.
set -eu
binary=${1:-build/release/src/cli/reproduce}
binary=$(realpath "$binary")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

echo "making 2 GiB of input"
head -c 10485760 /dev/urandom >kernel
head -c 4194304 /dev/urandom >boot
head -c 2132803584 /dev/urandom >app
build() { "$binary" build --kernel kernel --cmdline quiet "$@" -q; }
build --ramdisk app -o one.eif
build --ramdisk boot --ramdisk app -o two.eif

seconds() { /usr/bin/time -f '%e %M' -a -o "$@" >/dev/null; }
for _ in 1 2 3 4 5; do
  for image in one two; do
    seconds openssl.$image openssl dgst -sha384 $image.eif
    seconds measure.$image "$binary" measure $image.eif
  done
  seconds build.one "$binary" build --kernel kernel --cmdline quiet --ramdisk app -o x.eif
  seconds build.two "$binary" build --kernel kernel --cmdline quiet --ramdisk boot --ramdisk app -o x.eif
done

median() { sort -n "$1" | sed -n 3p | cut -d' ' -f1; }
peak() { cut -d' ' -f2 "$1" | sort -n | tail -n 1; }
for image in one two; do
  base=$(median openssl.$image)
  for verb in measure build; do
    echo "$image ramdisk(s): $verb $(median $verb.$image) s, openssl $base s," \
      "ratio $(echo "$(median $verb.$image) $base" | awk '{ printf "%.2f", $1 / $2 }')," \
      "peak memory $(peak $verb.$image) KiB"
  done
done
