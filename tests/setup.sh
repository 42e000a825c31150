# shellcheck shell=sh
# Sourced by the scripts beside it, which set `root` to the checkout's folder first.
# Gives them step, fail, install_packages, configure_and_build and run_tests.

: "${root:?}"

# step WORDS...: a heading, so that a reader sees where one thing ends and the next begins.
step() {
  printf '\n== %s\n' "$*"
}

# fail WORDS...: says what went wrong and ends the script.
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

# as_root COMMAND...: for the package manager only.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "this needs root, and there is no sudo: $*"
  fi
}

# is_installed PACKAGE: npm may also have come with a Node.js from elsewhere, which excludes Debian's.
is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ||
    { [ "$1" = npm ] && command -v npm >/dev/null; }
}

# install_packages GROUP...: installs what is missing of these groups of tests/packages.txt, from
# Debian only, and touches nothing when nothing is missing.
install_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian system: tests/packages.txt lists what has to be there"
    return
  fi
  missing=
  for group in "$@"; do
    # shellcheck disable=SC2013  # words are what is wanted
    for package in $(sed -n "s/^$group //p" "$root/tests/packages.txt"); do
      is_installed "$package" || missing="$missing $package"
    done
  done
  if [ -z "$missing" ]; then
    echo "all Debian packages that this needs are installed"
    return
  fi
  echo "installing from Debian:$missing"
  as_root apt-get -qq update
  # shellcheck disable=SC2086  # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
    -o Dpkg::Use-Pty=0 install $missing >/dev/null
}

# configure PRESET: quiet unless something is missing.
configure() {
  cmake --preset "$1" --log-level=WARNING \
    ${REPRODUCE_VECTORS:+"-DREPRODUCE_VECTORS=$REPRODUCE_VECTORS"} >/dev/null
}

# configure_and_build PRESET [TARGET...]: ninja's one line on a terminal, silent off it.
configure_and_build() {
  preset=$1
  shift
  configure "$preset"
  set -- --build --preset "$preset" ${1:+--target "$@"}
  if [ -t 1 ]; then
    cmake "$@"
  elif ! cmake "$@" >"build/$preset/build.log" 2>&1; then
    grep -v '^\[[0-9]*/[0-9]*\] ' "build/$preset/build.log" || true
    fail "build of the $preset preset"
  fi
}

# run_tests PRESET: runs what was built; shows what failed, and always ctest's closing lines.
run_tests() {
  log=build/$1/ctest.log
  if ctest --preset "$1" --parallel "$(nproc)" >"$log" 2>&1; then
    sed -n '/tests passed/,$p' "$log"
  else
    grep -v -E '^ *(Start +[0-9]+:|[0-9]+/[0-9]+ Test.* Passed )' "$log" || true
    fail "tests of the $1 preset"
  fi
}
