#pragma once

/// A folder with a manifest and one input of each kind, to be locked and built.

#include <filesystem>
#include <string>

#include "support/memory_image.hpp"
#include "support/temp_dir.hpp"

#include "reproduce/base/file.hpp"
#include "reproduce/build/build.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::build {

inline constexpr const char* workshop_manifest = R"([image]
name = "test"
arch = "x86_64"
[kernel]
path = "kernel"
config = "config"
cmdline = "quiet"
[[ramdisk]]
[[ramdisk.layer]]
file = "init"
to = "/init"
mode = "0755"
[[ramdisk.layer]]
mkdir = "/dev"
[[ramdisk]]
raw = "raw"
[[ramdisk]]
[[ramdisk.layer]]
dir = "rootfs"
to = "/rootfs"
[[ramdisk.layer]]
cpio = "archive"
to = "/extra"
[[ramdisk.layer]]
text = "hello\n"
to = "/greeting"
[[ramdisk.layer]]
symlink = "greeting"
to = "/salute"
)";

/// One file "x" with "xyz" in it, then the trailer, as `cpio -H newc` writes them.
inline std::string one_file_archive() {
  const auto entry = [](const std::string& mode, const std::string& size, const std::string& name,
                        const std::string& name_size) {
    const std::string zero(8, '0');
    return "070701" + std::string("00000001") + mode + zero + zero + "00000001" + zero + size +
           zero + zero + zero + zero + name_size + zero + name;
  };
  std::string archive = entry("000081a4", "00000003", "x", "00000002");
  archive += std::string("\0", 1) + std::string("xyz\0", 4);
  archive += entry("00000000", "00000000", "TRAILER!!!", "0000000b") + std::string("\0\0\0\0", 4);
  archive.resize(512, '\0');
  return archive;
}

class Workshop {
 public:
  Workshop() {
    write("enclave.toml", workshop_manifest);
    write("kernel", "a kernel");
    write("config", "#\n#\n# Linux/x86_64 6.12.1-x Kernel Configuration\n");
    write("init", "#!/bin/sh\n");
    write("raw", "ready");
    write("rootfs/app", "app");
    write("rootfs/etc/conf", "conf");
    write("archive", one_file_archive());
  }

  /// A file with mode 0644 in folders with mode 0755, whatever the umask.
  void write(const std::string& name, std::string_view content) const {
    namespace fs = std::filesystem;
    fs::path path = folder_.write(name, content);
    fs::permissions(path, fs::perms(0644));
    while ((path = path.parent_path()) != folder_.path()) fs::permissions(path, fs::perms(0755));
  }

  /// The manifest from the disk.
  [[nodiscard]] manifest::Manifest manifest() const {
    return manifest::load_manifest(path("enclave.toml"));
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }

  [[nodiscard]] Surroundings surroundings() const {
    return {.tool_version = "1.2.3", .scratch_folder = folder_.path()};
  }

  [[nodiscard]] MadeLock lock() const { return make_lock(manifest(), {}, surroundings()); }

  BuiltImage build(const manifest::Lock& lock, PatchableSink& out,
                   const ProgressCallback& progress = {}) const {
    return build_locked(manifest(), lock, surroundings(), out, progress);
  }

  [[nodiscard]] Bytes build(const manifest::Lock& lock) const {
    test::MemoryImage out;
    (void)build(lock, out);
    return out.bytes();
  }

 private:
  test::TempDir folder_;
};

}  // namespace reproduce::build
