{
  description = "Builds, measures, verifies and explains AWS Nitro Enclave images";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-25.11";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      for_each_system = function: nixpkgs.lib.genAttrs systems (system: function nixpkgs.legacyPackages.${system});

      # The same list as tests/packages.txt has for Debian.
      build_tools = pkgs: [
        pkgs.cmake
        pkgs.ninja
        pkgs.pkg-config
        # For the builtin init, which is called directly: the wrapped clang adds flags of its own.
        pkgs.llvmPackages.clang-unwrapped
        pkgs.llvmPackages.lld
      ];
      libraries = pkgs: [
        pkgs.bzip2
        pkgs.cli11
        pkgs.curl
        pkgs.gnutls
        pkgs.gtest
        pkgs.isa-l
        pkgs.libarchive
        pkgs.libcbor
        pkgs.libseccomp
        pkgs.lz4
        pkgs.nlohmann_json
        pkgs.openssl
        pkgs.spdlog
        pkgs.tomlplusplus
        pkgs.xz
        pkgs.zlib
        pkgs.zstd
      ];

      # The presets of CMakePresets.json do the work, so that Nix builds what everybody builds.
      reproduce_with =
        pkgs: attributes:
        pkgs.stdenv.mkDerivation (
          {
            pname = "reproduce";
            version = "0.1.0";
            src = self;
            nativeBuildInputs = build_tools pkgs;
            buildInputs = libraries pkgs;
            configurePhase = ''
              runHook preConfigure
              cmake --preset "$preset"
              runHook postConfigure
            '';
            buildPhase = ''
              runHook preBuild
              cmake --build --preset "$preset" --parallel "$NIX_BUILD_CORES" --target $targets
              runHook postBuild
            '';
          }
          // attributes
        );
    in
    {
      packages = for_each_system (pkgs: {
        default = reproduce_with pkgs {
          preset = "release";
          targets = "reproduce";
          installPhase = ''
            runHook preInstall
            install -D -m 755 build/release/src/cli/reproduce "$out/bin/reproduce"
            install -D -m 644 LICENSE "$out/share/doc/reproduce/LICENSE"
            runHook postInstall
          '';
          meta = {
            description = "Builds, measures, verifies and explains AWS Nitro Enclave images";
            mainProgram = "reproduce";
          };
        };
      });

      checks = for_each_system (pkgs: {
        default = reproduce_with pkgs {
          pname = "reproduce-tests";
          # Not dev: a newer compiler than Debian's may know newer warnings, and there they are errors.
          preset = "release";
          targets = "all";
          nativeCheckInputs = [ pkgs.openssl ];
          doCheck = true;
          checkPhase = ''
            runHook preCheck
            ctest --preset release --parallel "$NIX_BUILD_CORES"
            runHook postCheck
          '';
          installPhase = "touch $out";
        };
      });

      devShells = for_each_system (pkgs: {
        default = pkgs.mkShell {
          packages = build_tools pkgs ++ libraries pkgs ++ [ pkgs.clang-tools ];
        };
      });
    };
}
