#!/bin/sh
# The main job of reproduce on real input, from a bare Debian 12 to two verdicts:
#
#     sh tests/quickstart.sh
#
# Installs what is missing from Debian, builds reproduce, makes an enclave image of a Debian kernel,
# busybox and a small init, makes it again under other conditions, verifies it against two
# attestation documents, and boots it where a QEMU that can do that has been set up. Everything it
# makes is below build/quickstart, for you to look at.
# Fails when a step does not end exactly as it says.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/tests/setup.sh"

vectors=${REPRODUCE_VECTORS:-$root/../shared/vectors}
example=$root/docs/examples/hello
room=$root/build/quickstart
packages=$room/packages
PATH=$root/build/release/src/cli:$PATH

# say WORDS...: a sentence of explanation.
say() {
  printf '   %s\n' "$*"
}

# quoted WORD...: as one would type them.
quoted() {
  for word in "$@"; do
    case $word in
      *[!A-Za-z0-9_./:=+-]*) printf " '%s'" "$word" ;;
      *) printf ' %s' "$word" ;;
    esac
  done
}

# expect EXIT_CODE COMMAND...: shows the command, runs it, and insists on how it ends.
expect() {
  wanted=$1
  shift
  printf '\n   $%s\n' "$(quoted "$@")"
  status=0
  "$@" >"$room/output" 2>&1 || status=$?
  sed 's/^/   /' "$room/output"
  [ "$status" -eq "$wanted" ] || fail "exit code $status instead of $wanted: $*"
  printf '   [exit code %d]\n' "$status"
}

# fetch_packages: a kernel and a busybox from Debian, downloaded and not installed. Once.
fetch_packages() {
  [ ! -e "$packages/complete" ] || return 0
  rm -rf "$packages"
  mkdir -p "$packages"
  as_root apt-get -qq update
  kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p')
  (
    cd "$packages"
    # Debian's download user may not enter this folder, which matters only to root.
    [ "$(id -u)" -ne 0 ] || set -- -o APT::Sandbox::User=root
    apt-get -qq "$@" download "$kernel" busybox-static >/dev/null
  )
  touch "$packages/complete"
}

# take MEMBER PACKAGE_FILE RESULT: one file out of a Debian package.
take() {
  dpkg-deb --fsys-tarfile "$2" | tar -xO "$1" >"$3"
  [ -s "$3" ] || fail "no $1 in $2"
  say "inputs/$(basename "$3"): $1 of $(basename "$2")"
}

# collect_inputs FOLDER: everything that the manifest of the hello example names.
collect_inputs() {
  mkdir -p "$1/inputs"
  cp "$example/enclave.toml" "$example/init.c" "$1/"
  kernel=$(find "$packages" -name 'linux-image-*.deb')
  release=$(basename "$kernel" | sed 's/^linux-image-\([^_]*\)_.*/\1/')
  take "./boot/vmlinuz-$release" "$kernel" "$1/inputs/vmlinuz"
  take "./boot/config-$release" "$kernel" "$1/inputs/kernel.config"
  take ./bin/busybox "$(find "$packages" -name 'busybox-static_*.deb')" "$1/inputs/busybox"
  (cd "$1" && cc -static -Os -s -Wl,--build-id=none -o inputs/init init.c)
  say "inputs/init: compiled from init.c"
}

step "1. Install what is missing"
[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || fail "this example is for Debian on amd64"
install_packages build quickstart

step "2. Build reproduce itself (build/release)"
cd "$root"
configure_and_build release reproduce reproduce_forge
say "$(reproduce --version)"

step "3. Collect the inputs of the image, in $room/publisher"
rm -rf "$room/publisher" "$room/some body else" "$room/locale"
mkdir -p "$room"
cd "$room"
fetch_packages
collect_inputs "$room/publisher"
say "enclave.toml, the manifest, names them and where they go in the image:"
sed -e '/^# /d' -e '/^$/d' -e 's/^/   | /' "$room/publisher/enclave.toml"

step "4. Lock: pin every input by digest, and what must come out"
cd "$room/publisher"
expect 0 reproduce lock enclave.toml

step "5. Build the image from what the lock pins"
expect 0 reproduce build enclave.toml -o hello.eif

step "6. Measure it: the registers that an enclave started from this image would have"
expect 0 reproduce measure hello.eif

step "7. Somebody else rebuilds it from the manifest and the lock"
say "In another folder, with inputs unpacked and compiled again, two years later, with another umask,"
say "in Turkish, in another time zone, without a home."
cd "$room"
mkdir locale
localedef --no-archive -i tr_TR -f UTF-8 locale/tr_TR.UTF-8
collect_inputs "$room/some body else" >/dev/null
cp publisher/enclave.lock "some body else/"
cd "some body else"
umask_before=$(umask)
umask 0077
expect 0 env HOME=/nonexistent TZ=Pacific/Kiritimati LC_ALL=tr_TR.UTF-8 LOCPATH=../locale \
  faketime "+2 years" reproduce build enclave.toml -o hello.eif
umask "$umask_before"
expect 0 cmp ../publisher/hello.eif hello.eif
say "The two images are the same, byte for byte. SHA-256: $(sha256sum <hello.eif | cut -c 1-64)"

step "8. Does this attestation document attest this image?  Yes."
say "A running enclave gets such a document from AWS's hardware. Here a test tool signs one for this"
say "image, under a root certificate of its own, which verify is told to trust instead of AWS's."
cd "$room/publisher"
# shellcheck disable=SC2046  # words are what is wanted
"$root/build/release/tests/forge/reproduce_forge" --root-out root.pem --out document.cbor \
  $(reproduce measure hello.eif | sed -n 's/^PCR\([012]\)  \([0-9a-f]*\)$/--pcr \1=\2/p')
expect 0 reproduce verify hello.eif document.cbor --root root.pem
say "Without --root only AWS's own root counts, and the very same document proves nothing:"
expect 4 reproduce verify hello.eif document.cbor

step "9. Does a genuine document of another enclave, signed by AWS, attest it?  No."
genuine=$vectors/attestation/Epsilon-Data_nitro-verify-1.cbor
if [ -e "$genuine" ]; then
  say "The document is authentic, so the comparison means something, and the registers differ."
  say "It is judged at its own time (--at document), since such certificates last for three hours."
  cp "$genuine" signed-by-aws.cbor
  expect 1 reproduce verify hello.eif signed-by-aws.cbor --at document
else
  say "Left out: there is no $genuine"
  say "(REPRODUCE_VECTORS names the folder with documents signed by AWS.)"
fi

step "10. Boot it, without AWS's hardware"
boot_cache=${XDG_CACHE_HOME:-$HOME/.cache}/reproduce-boot
if [ -n "$(find "$boot_cache" -maxdepth 2 -name qemu 2>/dev/null)" ]; then
  say "In QEMU's emulation of an enclave: nothing isolates it, and its attestation is not genuine."
  expect 0 reproduce run --timeout 600 --append quiet hello.eif
else
  say "Left out: there is no QEMU with the machine nitro-enclave in $boot_cache"
  say "(setup.sh in tests/boot builds one from Debian's sources, in a few minutes.)"
fi

step "Done: built twice alike, one yes, one no. The images are in $room"
