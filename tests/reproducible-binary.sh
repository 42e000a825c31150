#!/bin/sh
# Builds the release binary from two copies of this checkout, in folders of different names and
# depths, and compares the two.
#
#     sh tests/reproducible-binary.sh
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/tests/setup.sh"

step "Packages"
install_packages build

room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
for copy in "$room/one" "$room/another folder/deeper down"; do
  step "Release build in '$copy'"
  mkdir -p "$copy"
  (cd "$root" && tar -c --exclude=./build --exclude=./.git .) | tar -x -C "$copy"
  cd "$copy"
  configure_and_build release reproduce
done

step "Comparison"
cmp "$room/one/build/release/src/cli/reproduce" \
  "$room/another folder/deeper down/build/release/src/cli/reproduce" ||
  fail "the two binaries differ"
echo "identical: $(sha256sum <"$room/one/build/release/src/cli/reproduce" | cut -c 1-64)"
