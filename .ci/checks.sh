#!/usr/bin/env bash
# The README's two commands, on a machine that may be bare; run as root. .ci/run calls it inside a
# fresh Debian 12. What takes longer (sanitizers, clang-tidy, rebuilding the binary, the flake) is in
# tests/slow.sh, for people to run.
#
# The tests run as an ordinary user who has sudo, the quickstart as root: the two ways in which the
# README lets people begin.
set -euo pipefail
cd "$(dirname "$0")/.."

# timed NAME COMMAND...: runs it and remembers how long it took.
timings=()
timed() {
  local name=$1 begin=$SECONDS
  shift
  printf '\n######## %s\n' "$name"
  "$@"
  timings+=("$(printf '%4d s  %s' $((SECONDS - begin)) "$name")")
}

make_user() {
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install sudo >/dev/null
  id checker >/dev/null 2>&1 || useradd --home-dir /home/checker --shell /bin/sh checker
  echo 'checker ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/checker
  mkdir -p /home/checker
  chown checker: /home/checker
  [[ ! -e /home/checker/.cache ]] || chown -R checker: /home/checker/.cache
  chown -R checker: .
}

as_user() {
  (cd / && runuser -u checker -- env HOME=/home/checker "$@")
}

# set_up_booting: what tests/run.sh needs to boot images. That Debian's archive has moved on (75) is said and no
# failure of this checkout.
set_up_booting() {
  local status=0
  as_user sh "$here/tests/boot/setup.sh" || status=$?
  if [[ $status -eq 75 ]]; then
    booting="SKIPPED: Debian's archive no longer has what tests/boot/pins.txt pins (docs/boot.md)"
  elif [[ $status -ne 0 ]]; then
    exit "$status"
  fi
}

here=$PWD
booting="done"
timed "an ordinary user who has sudo" make_user
timed "sh tests/boot/setup.sh" set_up_booting
timed "sh tests/run.sh" as_user sh "$here/tests/run.sh"
timed "sh tests/quickstart.sh" sh "$here/tests/quickstart.sh"

printf '\n######## summary\n'
printf '%s\n' "${timings[@]}"
printf '%4d s  all of it\n\n' "$SECONDS"
echo "booting images in QEMU: $booting"
grep 'tests passed' build/dev/ctest.log
