# shellcheck shell=sh
# Sourced by the scripts beside it, after tests/setup.sh, and by .ci/run, which set `root` to the checkout's folder first.
# Gives them require_boot_place, require_reproduce and begin_boot, and says where what tests/boot/setup.sh makes lies, in
# `boot_cache` and `boot_place`:
#
#     $boot_place/qemu              QEMU with the machine nitro-enclave
#     $boot_place/firmware/         what that machine starts with
#     $boot_place/debian/vmlinuz    Debian's kernel for clouds,
#     $boot_place/debian/*.ko       and its drivers of the virtio bus and of the security module
#     $boot_place/tiny/vmlinuz      a small kernel that has both built in

: "${root:?}"

boot_cache=${XDG_CACHE_HOME:-$HOME/.cache}/reproduce-boot

# The name of the folder is a digest of all that has an influence on its content. This machine's
# distribution is among it, because QEMU is linked with its libraries.
boot_key=$(
  {
    cat "$root/tests/boot/pins.txt" "$root/tests/boot/tiny-kernel.config" "$root/tests/boot/setup.sh"
    sed -n 's/^\(ID\|VERSION_ID\)=/\1=/p' /etc/os-release
  } | sha256sum | cut -c 1-16
)
# shellcheck disable=SC2034  # for who sources this
boot_place=$boot_cache/$boot_key

# require_boot_place: ends the script with 77 where tests/boot/setup.sh has not been run.
require_boot_place() {
  [ -e "$boot_place" ] || {
    echo "SKIPPED: not set up; \`sh tests/boot/setup.sh\` does it ($boot_place is not there)"
    exit 77
  }
}

# require_reproduce: the release build, made here, unless REPRODUCE names a binary.
require_reproduce() {
  [ -z "${REPRODUCE:-}" ] || return 0
  step "Release build (build/release)"
  (cd "$root" && configure_and_build release reproduce)
  REPRODUCE=$root/build/release/src/cli/reproduce
}

# begin_boot WORDS...: how a script begins that needs both. Then WORDS are its heading, `scratch` is a folder that goes
# away with the script, as the processes do whose numbers are put into `running`, and `seconds` counts from here.
begin_boot() {
  require_boot_place
  require_reproduce
  step "$*"
  begin=$(date +%s)
  running=
  scratch=$(mktemp -d)
  # shellcheck disable=SC2086  # words are what is wanted
  trap 'kill $running 2>/dev/null || true; rm -rf "$scratch"' EXIT
}

# seconds: how many have passed since begin_boot.
seconds() {
  echo $(($(date +%s) - begin))
}
