#!/bin/sh
# Checks flake.nix and flake.lock without the network, or says that there is no nix to do it.
#
#     sh tests/flake.sh
#
# The flake is evaluated against a stand-in for nixpkgs that has just the attributes that it may use.
# What this cannot show: that the real nixpkgs has them too, and that the locked hash is right.
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
. "$root/tests/setup.sh"

if ! command -v nix >/dev/null; then
  echo "skipped: nix is not installed"
  exit 0
fi

room=$(mktemp -d)
trap 'chmod -R u+w "$room"; rm -rf "$room"' EXIT
mkdir "$room/nixpkgs" "$room/checkout"
(cd "$root" && tar -c --exclude=./build --exclude=./.git .) | tar -x -C "$room/checkout"

cat >"$room/nixpkgs/flake.nix" <<'NIX'
{
  outputs = { self }:
    let
      stand_in = system: name: derivation { inherit name system; builder = "/bin/sh"; };
      make = system: attributes: derivation {
        inherit system;
        inherit (attributes) preset targets installPhase;
        name = "${attributes.pname}-${attributes.version}";
        src = "${attributes.src}";
        inputs = attributes.nativeBuildInputs ++ attributes.buildInputs;
        builder = "/bin/sh";
      } // { inherit (attributes) version; };
      names = [
        "bzip2" "clang-tools" "cli11" "cmake" "curl" "gnutls" "gtest" "isa-l" "libarchive" "libcbor" "libseccomp"
        "lz4" "ninja" "nlohmann_json" "openssl" "pkg-config" "spdlog" "tomlplusplus" "xz" "zlib" "zstd"
      ];
      lib.genAttrs = list: f: builtins.listToAttrs (map (name: { inherit name; value = f name; }) list);
    in {
      inherit lib;
      legacyPackages = lib.genAttrs [ "x86_64-linux" "aarch64-linux" ] (system:
        lib.genAttrs names (stand_in system) // {
          llvmPackages = lib.genAttrs [ "clang-unwrapped" "lld" ] (stand_in system);
          stdenv.mkDerivation = make system;
          mkShell = { packages }: derivation {
            inherit system packages; name = "shell"; builder = "/bin/sh";
          };
        });
    };
}
NIX

# nix_flake WORDS...: nix without any state of this machine.
nix_flake() {
  HOME=$room NIX_CONF_DIR=$room nix --extra-experimental-features 'nix-command flakes' --offline \
    --option build-users-group '' --store "$room/store" "$@" 2>"$room/log" || {
    cat "$room/log" >&2
    fail "nix $*"
  }
}

step "flake.lock says what flake.nix asks for"
nix_flake flake metadata "path:$room/checkout" | grep nixpkgs
step "every output evaluates"
nix_flake flake check --no-build --override-input nixpkgs "path:$room/nixpkgs" \
  --no-write-lock-file "path:$room/checkout"
nix_flake flake show --override-input nixpkgs "path:$room/nixpkgs" \
  --no-write-lock-file "path:$room/checkout"
step "flake.nix and CMakeLists.txt agree on the version"
project=$(sed -n 's/^project(reproduce VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
package=$(nix_flake eval --raw --override-input nixpkgs "path:$room/nixpkgs" --no-write-lock-file \
  "path:$room/checkout#packages.x86_64-linux.default.version")
[ "$project" = "$package" ] || fail "CMakeLists.txt has $project, flake.nix $package"
echo "$project"
