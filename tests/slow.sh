#!/bin/sh
# The checks that take longer than the tests themselves:
#
#     sh tests/slow.sh [sanitize] [tidy] [binary] [flake] [bitflips]
#                      [layers-hostile] [layers-hard] [determinism] [throughput] [batch] [html] [diffoscope]
#                      [package] [sbom] [schemas] [statements] [large-images] [static]
#
# With no check named: the first four. bitflips takes half an hour of processor time.
#
# sanitize: all tests under AddressSanitizer and UndefinedBehaviourSanitizer.
# tidy:     clang-tidy over every file of the product and the tests.
# binary:   tests/reproducible-binary.sh
# flake:    tests/flake.sh
# bitflips: every bit of every genuine attestation document of REPRODUCE_VECTORS flipped, one at a
#           time; none may verify. On all cores, at the lowest priority; says how far it is.
#
# Campaigns, on the release build, in build/campaign:
#
# layers-hostile: tests/cli/layers_hostile.sh with everything: also bombs of 10 GiB, ten million
#           entries, and an archive just within all limits.
# layers-hard: a container image with every hard case, 50,000 files and a layer of more than 1 GiB gives
#           the tree that umoci unpacks, and one enclave image from layout, archives and registry. Root.
# determinism: a lock and an image 20 times on disordered file systems and under other circumstances,
#           and by reprotest. Root.
# throughput: how fast 1 GiB of files becomes an image, and that each byte of it is read once.
# batch:    how many attestation documents a second `verify --batch` judges, beside what OpenSSL's P-384
#           allows: 10,000 documents of 1,000 enclaves, and of one. DOCUMENTS, ENCLAVES: other numbers.
# html:     the page of `reproduce diff --html` in headless Chromium: no errors, search and keyboard work,
#           axe-core finds nothing serious, 10,000 entries show at once. Screenshots stay in
#           build/campaign/html/artefacts. Fetches what tests/html/package-lock.json pins.
# large-images: inspect, diff and extract of hostile images of 10 GiB in little memory; `diff` of two
#           images of 1 GiB beside hashing them.
# sbom:     bills of materials against CycloneDX's own validator, which is fetched from npm, and what SPDX asks.
# statements: what `attest` signs is read by sigstore's and in-toto's packages, and theirs by `verify`.
# schemas:  reports and exports against what their formats publish, the action, the workflows and GitLab's template against
#           readers of others, which are fetched from npm.
# diffoscope: what diffoscope and `reproduce diff` say of twelve pairs of images (docs/compare.md).
# package:  the Debian package: lintian has no errors, and it installs and works on a bare Debian 12. Root.
# static:   the static release binary: the scripts of tests/cli, and an empty chroot without /proc. Root.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/tests/setup.sh"
cd "$root"
[ $# -gt 0 ] || set -- sanitize tidy binary flake

# campaign NAME SCRIPT: runs SCRIPT, of tests/, in build/campaign/NAME, emptied first.
campaign() {
  step "$1 (release build)"
  configure_and_build release reproduce reproduce_print_tree reproduce_forge
  SOURCE=$root REPRODUCE=$root/build/release/src/cli/reproduce \
    PRINT_TREE=$root/build/release/tests/print_tree/reproduce_print_tree \
    FORGE=$root/build/release/tests/forge/reproduce_forge \
    sh tests/cli/in_empty_folder.sh "build/campaign/$1" "$root/tests/$2"
}

step "Packages"
install_packages build test slow

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
      run-clang-tidy -quiet -p build/dev -j "$(nproc)" '\.cpp$' >build/dev/clang-tidy.log 2>&1 || {
        grep -E 'error:|warning:' build/dev/clang-tidy.log | sort -u
        fail "clang-tidy; all it said is in build/dev/clang-tidy.log"
      }
      # The builtin init is built by a command of its own, which no compilation database has.
      # One file at a time: the analyzer of clang-tidy 14 takes what it knows of va_list along.
      for target in x86_64-linux-gnu aarch64-linux-gnu; do
        for file in src/init/guest/*.c; do
          clang-tidy --quiet "$file" -- --target="$target" -std=c17 -ffreestanding ||
            fail "clang-tidy of the builtin init for $target"
        done
      done
      echo "clang-tidy has nothing to say"
      ;;
    binary) sh tests/reproducible-binary.sh ;;
    flake) sh tests/flake.sh ;;
    bitflips)
      step "Every bit of every genuine attestation document (release build)"
      configure_and_build release reproduce_tests
      [ -e "${REPRODUCE_VECTORS:-../shared/vectors}/attestation/index.json" ] ||
        fail "there are no documents: REPRODUCE_VECTORS names their folder"
      nice -n 19 build/release/tests/reproduce_tests --gtest_also_run_disabled_tests \
        --gtest_filter=BitFlips.DISABLED_NoneVerifiesInAnyGenuineDocument
      ;;
    layers-hostile) HOSTILE=all campaign "$check" cli/layers_hostile.sh ;;
    layers-hard) campaign "$check" campaign/layers_hard.sh ;;
    determinism) campaign "$check" campaign/determinism.sh ;;
    html) campaign "$check" html/page.sh ;;
    large-images) campaign "$check" campaign/large_images.sh ;;
    schemas) campaign "$check" campaign/schemas.sh ;;
    sbom) campaign "$check" campaign/sbom.sh ;;
    diffoscope) campaign "$check" campaign/diffoscope.sh ;;
    package) campaign "$check" campaign/package.sh ;;
    statements) campaign "$check" campaign/statements.sh ;;
    static)
      sh tests/static/setup.sh
      step "The static release build (build/release-static)"
      configure_and_build release-static reproduce reproduce_static_tests
      campaign "$check" campaign/static.sh
      ;;
    throughput) campaign "$check" campaign/throughput.sh ;;
    batch) campaign "$check" campaign/batch.sh ;;
    *) fail "no such check: $check" ;;
  esac
done
