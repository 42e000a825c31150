#!/bin/sh
# Installs what is missing from Debian, builds everything, runs all tests.
#
#     sh tests/run.sh
#
# Fails when anything fails. What boots images ends it where `sh tests/boot/setup.sh` has been run
# (docs/boot.md), and is skipped elsewhere. REPRODUCE_VECTORS names a folder of images and attestation documents
# made by others (default: ../shared/vectors); tests that need it are skipped where it is absent.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/tests/setup.sh"
cd "$root"

step "Packages"
install_packages build test

step "Formatting (clang-format) and shell scripts (shellcheck)"
find include src tests docs -regex '.*\.[ch]\(pp\)?' -exec clang-format --dry-run --Werror {} +
find tests -name '*.sh' -exec shellcheck --severity=warning --shell=sh --external-sources {} +
shellcheck --severity=warning .ci/run .ci/checks.sh .github/actions/reproduce/gate.sh
echo "both have nothing to say"

step "Debug build, warnings are errors (build/dev)"
configure_and_build dev
step "Release build (build/release)"
configure_and_build release reproduce reproduce_forge

step "Tests"
run_tests dev

status=0
sh tests/boot/run.sh || status=$?
[ "$status" -eq 0 ] || [ "$status" -eq 77 ] || fail "booting (docs/boot.md)"
