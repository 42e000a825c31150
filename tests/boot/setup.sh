#!/bin/sh
# Makes what tests/boot/run.sh needs, from Debian's packages:
#
#     sh tests/boot/setup.sh
#
# QEMU with the machine nitro-enclave, which no package of Debian has, is built from Debian's source; a
# kernel for clouds with two drivers is taken as it is; a small kernel is built from Debian's source.
# All of it comes from Debian 13, whatever Debian this is, and is pinned in pins.txt. The result (25 MB)
# stays in $XDG_CACHE_HOME/reproduce-boot and is made again only when one of these files changes.
#
# Exit 75 when Debian's archive no longer has what is pinned, or cannot be reached: that says nothing
# about reproduce. Any other failure is one.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/setup.sh"
. "$root/tests/boot/place.sh"
. "$root/tests/boot/archive.sh"
: "${boot_cache:?}" "${boot_place:?}"
jobs=$(nproc)

# quietly LOG COMMAND...: shows what the command said only when it fails.
quietly() {
  log=$1
  shift
  "$@" >"$log" 2>&1 || {
    tail -n 40 "$log"
    fail "$*"
  }
}

# give_up PACKAGE PATH: the archive has moved on, or cannot be asked.
give_up() {
  printf '\nSKIPPED: cannot get %s\n  pinned:    %s\n' "$2" "$(basename "$2")" >&2
  if suite_apt "$scratch/apt" apt-get update >/dev/null 2>&1; then
    printf '  there now: %s\n' "$(suite_apt "$scratch/apt" apt-cache madison "$1" | tr -s ' ' | paste -s -d ';')" >&2
    printf '  Debian has another version of %s by now. docs/boot.md says how to pin that.\n' "$1" >&2
  else
    printf '  there now: nobody knows, since the archive cannot be reached\n' >&2
  fi
  exit 75
}

# download: every file of pins.txt, into $downloads. What an earlier run got is taken from there.
download() {
  archive=$(debian_archive)
  [ -n "$archive" ] || fail "apt has no source for Debian"
  mkdir -p "$downloads"
  pins | while read -r sha256 package path; do
    file=$downloads/$(basename "$path")
    if ! printf '%s  %s\n' "$sha256" "$file" | sha256sum --check --status 2>/dev/null; then
      rm -f "$file"
      echo "downloading $(basename "$path")"
      /usr/lib/apt/apt-helper -o APT::Sandbox::User=root -o Acquire::Retries=3 \
        download-file "$archive$path" "$file" >"$scratch/download.log" 2>&1 || give_up "$package" "$path"
    fi
    printf '%s  %s\n' "$sha256" "$file" | sha256sum --check --status ||
      fail "$archive$path is not what pins.txt pins: its SHA-256 is $(sha256sum <"$file" | cut -c 1-64)"
  done
}

# downloaded PACKAGE [PATTERN]: the file of a pin.
downloaded() {
  pins | while read -r sha256 package path; do
    # shellcheck disable=SC2254  # a pattern is what is wanted
    case $package/$(basename "$path") in
      $1/${2:-*}) echo "$downloads/$(basename "$path")" ;;
    esac
  done
}

# build_qemu: with the one machine, and next to nothing else.
build_qemu() (
  mkdir -p qemu/debian meson
  tar -xf "$(downloaded qemu '*.orig.tar.xz')" -C qemu --strip-components=1
  tar -xf "$(downloaded qemu '*.debian.tar.xz')" -C qemu/debian --strip-components=1
  dpkg-deb -x "$(downloaded meson)" meson
  cd qemu
  grep -v '^ *\(#\|$\)' debian/patches/series | while read -r patch; do
    patch --quiet -p1 <"debian/patches/$patch" || exit 1
  done
  # The machine has no PCI; what it needs of other devices it selects itself.
  printf 'CONFIG_PCI_DEVICES=n\nCONFIG_NITRO_ENCLAVE=y\n' >configs/devices/x86_64-softmmu/enclave.mak
  export PYTHONPATH="$scratch/meson/usr/lib/python3/dist-packages"
  quietly ../qemu-configure.log ./configure --target-list=x86_64-softmmu --with-devices-x86_64=enclave \
    --without-default-features --without-default-devices --enable-system --enable-tcg --disable-kvm \
    --enable-fdt=system --enable-vhost-user --enable-gnutls --enable-libcbor --audio-drv-list= \
    --disable-tools --disable-docs --disable-werror --disable-download --disable-install-blobs \
    --disable-debug-info
  quietly ../qemu-build.log ninja -C build -j "$jobs" qemu-system-x86_64
  strip -o ../result/qemu build/qemu-system-x86_64
  ../result/qemu -machine help | grep -q '^nitro-enclave ' || fail "QEMU was built without the machine"
)

take_firmware() {
  mkdir firmware result/firmware
  dpkg-deb -x "$(downloaded seabios)" firmware
  dpkg-deb -x "$(downloaded qemu-system-data)" firmware
  cp firmware/usr/share/seabios/bios-microvm.bin result/firmware/
  cp firmware/usr/share/qemu/linuxboot_dma.bin firmware/usr/share/qemu/qboot.rom result/firmware/
}

take_debian_kernel() {
  mkdir debian result/debian
  dpkg-deb -x "$(downloaded linux-image-cloud-amd64)" debian
  cp debian/boot/vmlinuz-* result/debian/vmlinuz
  cp debian/boot/config-* result/debian/config
  for driver in drivers/misc/nsm drivers/virtio/virtio_mmio; do
    xz -dc "$(find debian -path "*/kernel/$driver.ko.xz")" >"result/debian/$(basename "$driver").ko"
  done
}

# build_tiny_kernel: what tiny-kernel.config asks for and nothing else, of the sources that are for this machine.
build_tiny_kernel() (
  mkdir linux linux-package result/tiny
  dpkg-deb -x "$(downloaded linux-source-6.12)" linux-package
  # Without most of what other machines need, which is 60000 files. Kconfig files are all read.
  tar -xf linux-package/usr/src/linux-source-*.tar.xz -C linux --strip-components=1 \
    --exclude='linux-source-6.12/arch/[a-wyz]*/*.[chS]' --exclude='*.dts' --exclude='*.dtsi' \
    --exclude='*/Documentation/[a-z]*' \
    --exclude='*/tools/testing' --exclude='*/tools/perf' --exclude='*/sound/*.[ch]' \
    --exclude='*/drivers/gpu/*.[ch]' --exclude='*/drivers/media/*.[ch]' --exclude='*/drivers/staging/*.[ch]' \
    --exclude='*/drivers/infiniband/*.[ch]' --exclude='*/drivers/scsi/*.[ch]' --exclude='*/drivers/iio/*.[ch]' \
    --exclude='*/drivers/net/ethernet/*.[ch]' --exclude='*/drivers/net/wireless/*.[ch]'
  rm -rf linux-package
  cd linux
  quietly ../linux-config.log make KCONFIG_ALLCONFIG="$root/tests/boot/tiny-kernel.config" allnoconfig
  grep '^CONFIG' "$root/tests/boot/tiny-kernel.config" | while read -r setting; do
    grep -qx "$setting" .config || fail "this kernel does not take $setting of tiny-kernel.config"
  done
  quietly ../linux-build.log make -j "$jobs" bzImage
  cp arch/x86/boot/bzImage ../result/tiny/vmlinuz
  cp .config ../result/tiny/config
)

step "What booting needs: packages"
[ "$(uname -m)" = x86_64 ] || fail "this is for machines with x86_64"
install_packages boot
mkdir -p "$boot_cache"
exec 9>"$boot_cache/lock"
flock 9
if [ -e "$boot_place" ]; then
  echo "made before: $boot_place"
  exit 0
fi
install_packages build boot-setup

begin=$(date +%s)
downloads=$boot_cache/downloads
scratch=$boot_cache/scratch
rm -rf "$scratch"  # what a run left that was killed
mkdir "$scratch"
trap 'cd /; rm -rf "$scratch"' EXIT
cd "$scratch"
mkdir result
step "Downloads from Debian's archive (230 MB, kept until all is done)"
download
step "The small kernel, some minutes"
build_tiny_kernel
take_debian_kernel
step "QEMU, some minutes"
build_qemu
take_firmware
mv result "$boot_place"
rm -rf "$downloads"
echo "made in $(($(date +%s) - begin)) s: $boot_place"
