#!/bin/sh
# measure.sh [BINARY [ROUNDS]]: how long `reproduce measure` and `reproduce build` take for 2 GiB
# beside `openssl dgst -sha384` of the same file, with one, two and three raw ramdisks; build once
# as AWS's eif_build (flags) and once from a manifest and its lock, which hashes every input and
# the image with SHA-256 as well. All are timed in turn, ROUNDS (5) times, so that what else the
# machine does falls on all of them; medians, and ratios of medians. Inputs are in the page cache.
# Builds end with fsync. Needs 11 GB below $TMPDIR, and memory for a cache of 8 GB.
set -eu
binary=$(realpath "${1:-build/release/src/cli/reproduce}")
rounds=${2:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

echo "making 2 GiB of input"
head -c 10485760 /dev/urandom >kernel
head -c 4194304 /dev/urandom >boot
head -c 8388608 /dev/urandom >service
head -c 2124414976 /dev/urandom >app

ramdisks_of() {
  case $1 in
    one) echo app ;;
    two) echo boot app ;;
    three) echo boot service app ;;
  esac
}
# build_flags COUNT OUTPUT
build_flags() {
  # shellcheck disable=SC2046  # a list of files
  "$binary" build --kernel kernel --cmdline quiet --ramdisk $(ramdisks_of "$1") -o "$2" -q
}
# write_manifest COUNT
write_manifest() {
  printf '[image]\nname = "bench"\narch = "x86_64"\n[kernel]\npath = "kernel"\ncmdline = "quiet"\n'
  for ramdisk in $(ramdisks_of "$1"); do printf '[[ramdisk]]\nraw = "%s"\n' "$ramdisk"; done
}
for count in one two three; do
  build_flags $count $count.eif
  write_manifest $count >$count.toml
  "$binary" lock -q $count.toml
done
cat ./* >/dev/null

# seconds LABEL COMMAND...: adds "SECONDS PEAK_MEMORY" to the file LABEL.
seconds() { /usr/bin/time -f '%e %M' -a -o "$@" >/dev/null; }
for _ in $(seq "$rounds"); do
  for count in one two three; do
    seconds openssl.$count openssl dgst -sha384 $count.eif
    seconds measure.$count "$binary" measure $count.eif
    # shellcheck disable=SC2046  # a list of files
    seconds flags.$count "$binary" build --kernel kernel --cmdline quiet \
      --ramdisk $(ramdisks_of $count) -o x.eif
    rm x.eif
    seconds locked.$count "$binary" build $count.toml -o x.eif
    rm x.eif
  done
done

median() { cut -d' ' -f1 "$1" | sort -n | sed -n "$(((rounds + 1) / 2))p"; }
peak() { cut -d' ' -f2 "$1" | sort -n | tail -n 1; }
for count in one two three; do
  base=$(median openssl.$count)
  for run in measure flags locked; do
    echo "$count ramdisk(s): $run $(median $run.$count) s, openssl $base s," \
      "ratio $(echo "$(median $run.$count) $base" | awk '{ printf "%.2f", $1 / $2 }')," \
      "peak memory $(peak $run.$count) KiB"
  done
done
