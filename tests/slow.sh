#!/bin/sh
# The checks that take longer than the tests themselves:
#
#     sh tests/slow.sh [sanitize] [tidy] [binary] [flake]      (all when none is named)
#
# sanitize: all tests under AddressSanitizer and UndefinedBehaviourSanitizer.
# tidy:     clang-tidy over every file of the product and the tests.
# binary:   tests/reproducible-binary.sh
# flake:    tests/flake.sh
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/tests/setup.sh"
cd "$root"
[ $# -gt 0 ] || set -- sanitize tidy binary flake

step "Packages"
install_packages build slow

for check in "$@"; do
  case $check in
    sanitize)
      step "Tests under AddressSanitizer and UndefinedBehaviourSanitizer (build/sanitize)"
      configure_and_build sanitize
      run_tests sanitize
      ;;
    tidy)
      step "clang-tidy"
      configure dev
      run-clang-tidy -quiet -p build/dev -j "$(nproc)" >build/dev/clang-tidy.log 2>&1 || {
        grep -E 'error:|warning:' build/dev/clang-tidy.log | sort -u
        fail "clang-tidy; all it said is in build/dev/clang-tidy.log"
      }
      echo "clang-tidy has nothing to say"
      ;;
    binary) sh tests/reproducible-binary.sh ;;
    flake) sh tests/flake.sh ;;
    *) fail "no such check: $check" ;;
  esac
done
