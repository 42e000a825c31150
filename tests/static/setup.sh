#!/bin/sh
# Makes what the preset release-static needs and Debian has no package of:
#
#     sh tests/static/setup.sh
#     cmake --preset release-static && cmake --build --preset release-static --target reproduce
#
# libcbor, to be linked statically, from Debian's source of it (of Debian 13, whatever Debian this is; without
# Debian's patches), which pins.txt pins: into build/static-libraries, made again only when pins.txt or this
# file changes.
#
# Exit 75 when Debian's archive no longer has what is pinned, or cannot be reached: that says nothing
# about reproduce. Any other failure is one.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/setup.sh"
. "$root/tests/boot/archive.sh"

step "What linking statically needs: packages"
[ "$(uname -m)" = x86_64 ] || fail "this is for machines with x86_64"
install_packages build static

place=$root/build/static-libraries
key=$(cat "$root/tests/static/pins.txt" "$root/tests/static/setup.sh" | sha256sum | cut -c 1-64)
if [ "$(cat "$place/key" 2>/dev/null)" = "$key" ]; then
  echo "made before: $place"
  exit 0
fi
mkdir -p "$root/build"
scratch=$(mktemp -d "$root/build/static-libraries.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"

# download SHA256 PATH: a file of the archive, checked, into the current folder.
download() {
  file=$(basename "$2")
  echo "downloading $file"
  /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=3 \
    download-file "$(debian_archive)$2" "$file" >download.log 2>&1 || {
    cat download.log
    printf '\nSKIPPED: cannot get %s from %s\n' "$2" "$(debian_archive)" >&2
    exit 75
  }
  printf '%s  %s\n' "$1" "$file" | sha256sum --check --status ||
    fail "$2 is not what pins.txt pins: its SHA-256 is $(sha256sum <"$file" | cut -c 1-64)"
}

step "libcbor from Debian's source"
[ -n "$(debian_archive)" ] || fail "apt has no source for Debian"
grep -v '^#' "$root/tests/static/pins.txt" >pins
while read -r sha256 path; do
  download "$sha256" "$path"
done <pins
mkdir source
tar -xf libcbor_*.orig.tar.gz -C source --strip-components=1
# Objects of link-time optimisation are for one compiler alone.
sed -i '/check_ipo_supported/d' source/CMakeLists.txt
{
  cmake -G Ninja -S source -B made -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DWITH_TESTS=OFF -DWITH_EXAMPLES=OFF -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_PREFIX="$place" \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DCMAKE_C_FLAGS="-ffile-prefix-map=$scratch=."
  cmake --build made
} >build.log 2>&1 || {
  tail -n 40 build.log
  fail "the build of libcbor"
}
rm -rf "$place"
cmake --install made >install.log || fail "the installation of libcbor"
printf '%s\n' "$key" >"$place/key"
echo "made: $place/lib/libcbor.a"
