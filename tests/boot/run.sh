#!/bin/sh
# Boots images that reproduce makes in QEMU's nitro-enclave machine, which loads and measures them with code
# that nobody here wrote, and compares the registers that the guest reads from its security module with
# those that reproduce predicts.
#
#     sh tests/boot/setup.sh      once
#     sh tests/boot/run.sh        all cases
#     sh tests/boot/run.sh tiny   those that have this word among theirs
#
# Exit 77 when tests/boot/setup.sh has not been run. $BOOT_JOBS says how many boots run side by side
# (default: as many as there are processors). What failed stays in build/boot, to look at. docs/boot.md explains.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
. "$root/tests/setup.sh"
. "$root/tests/boot/place.sh"
: "${boot_place:?}"
room=$root/build/boot
REPRODUCE=$root/build/release/src/cli/reproduce
export REPRODUCE boot_place

# all_cases: one a line; those that take longest first, so that the last ones are short.
all_cases() {
  for kernel in debian tiny; do
    echo "environment $kernel"
    echo "container $kernel"
    echo "packages $kernel"
    echo "run $kernel"
    for init in builtin own; do
      for signed in unsigned signed; do
        for compression in none gzip xz zstd; do
          echo "matrix $kernel 1 $compression $signed $init"
        done
        for compression in none gzip xz zstd mixed; do  # one ramdisk has nothing to mix
          echo "matrix $kernel 2 $compression $signed $init"
          echo "matrix $kernel 3 $compression $signed $init"
        done
      done
    done
    echo "joined $kernel none"
    echo "joined $kernel gzip"
  done
  echo "prediction tiny"
  for fault in no-command no-program not-in-path not-executable script-without-interpreter \
    program-without-interpreter no-format crash; do
    echo "init_says $fault"
  done
}

# wanted_cases [WORD...]: those that have every WORD among theirs.
wanted_cases() {
  all_cases | while read -r line; do
    for word in "$@"; do
      case " $line " in
        *" $word "*) ;;
        *) continue 2 ;;
      esac
    done
    echo "$line"
  done
}

# make_inputs: what the cases make their images of.
make_inputs() {
  mkdir -p "$room/inputs/debian" "$room/inputs/tiny"
  cp -R "$root/docs/examples/boot/rootfs" "$room/inputs/rootfs"
  cp "$boot_place"/debian/vmlinuz "$boot_place"/debian/*.ko "$room/inputs/debian/"
  cp "$boot_place/tiny/vmlinuz" "$room/inputs/tiny/"
  cd "$room/inputs"
  examples=$root/docs/examples
  cc -static -Os -s -Wl,--build-id=none -o nsm-report "$examples/boot/nsm-report.c" "$examples/boot/environment.c"
  cc -static -Os -s -Wl,--build-id=none -o hello-init "$examples/hello/init.c"
  echo 'int main(void) { return 0; }' | cc -o dynamic -x c -
  openssl genpkey -quiet -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out key.pem
  openssl req -x509 -new -key key.pem -subj /CN=boot -days 36500 -out certificate.pem
  cd "$room"
}

# make_app_images: an image of [app] for each kernel, whose ramdisks the cases of the matrix rearrange.
make_app_images() {
  for kernel in debian tiny; do
    (
      mkdir "$room/app-$kernel"
      cd "$room/app-$kernel"
      . "$root/tests/boot/case.sh"
      {
        kernel "$kernel"
        printf '[app]\ndir = "../inputs/rootfs"\ncommand = ["/nsm-report"]\nheartbeat = false\n'
        module_driver
      } >enclave.toml
      build
      mv image.eif "../inputs/$kernel/app.eif"
    )
  done
}

step "Booting: packages, reproduce (build/release), inputs"
require_boot_place
install_packages build boot
cd "$root"
configure_and_build release reproduce
rm -rf "$room"
mkdir -p "$room"
make_inputs
make_app_images

begin=$(date +%s)
wanted_cases "$@" >"$room/cases"
step "Booting: $(wc -l <"$room/cases") cases"
[ -s "$room/cases" ] || fail "there is no such case: $*"
status=0
xargs -P "${BOOT_JOBS:-$(nproc)}" -L 1 sh "$root/tests/boot/one.sh" "$room" <"$room/cases" || status=$?
failed=$(find "$room" -name failure | wc -l)
echo "$(($(wc -l <"$room/cases") - failed)) cases as they should be, $failed not, in $(($(date +%s) - begin)) s"
[ "$status" -eq 0 ] && [ "$failed" -eq 0 ] || fail "$(cd "$room" && find . -name failure -exec dirname {} + | tr '\n' ' ')"
