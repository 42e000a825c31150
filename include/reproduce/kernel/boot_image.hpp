#pragma once

/// A kernel file as a boot loader sees it: what its header says, and what it holds.
///
///     x86 bzImage                                 arm64 Image, little-endian
///     0x1f1  1  setup_sects (0 means 4)           0x00  4  code0: "MZ" for EFI
///     0x1fe  2  0xaa55                            0x08  8  text_offset
///     0x202  4  "HdrS"                            0x10  8  image_size
///     0x206  2  boot protocol, 0x020f is 2.15     0x18  8  flags
///     0x20e  2  version string, at 0x200 + this   0x38  4  "ARM\x64"
///     0x211  1  loadflags
///     0x236  2  xloadflags             from 2.12
///     0x238  4  cmdline_size           from 2.06
///     0x248  4  payload_offset         from 2.08, from the end of the setup sectors
///     0x24c  4  payload_length         from 2.08
///     0x258  8  pref_address           from 2.10
///     0x260  4  init_size              from 2.10
///
/// Source: the Linux kernel's Documentation/arch/x86/boot.rst and
/// Documentation/arch/arm64/booting.rst (6.12).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/random_access.hpp"

namespace reproduce::kernel {

enum class Kind {
  bzimage,      ///< x86
  arm64_image,  ///< plain
  efi_zboot,    ///< a compressed kernel in an EFI program (arm64 and others)
  compressed,   ///< some compressed file, such as an Image.gz
  elf,          ///< a vmlinux, which no enclave boots
  unknown
};

[[nodiscard]] std::string_view name_of(Kind kind) noexcept;

/// The fields of a bzImage, as they stand; those that its protocol has not are not there.
struct X86Header {
  std::uint16_t protocol = 0;  ///< 0x020f is 2.15
  std::uint8_t setup_sectors = 0;
  std::uint8_t loadflags = 0;
  std::optional<std::uint32_t> kernel_alignment{};
  std::optional<bool> is_relocatable{};
  std::optional<std::uint16_t> xloadflags{};
  std::optional<std::uint32_t> cmdline_size{};  ///< the longest command line, without its NUL
  std::optional<std::uint64_t> preferred_address{};
  std::optional<std::uint32_t> init_size{};
};

struct Arm64Header {
  std::uint64_t text_offset = 0;
  std::uint64_t image_size = 0;  ///< in memory
  std::uint64_t flags = 0;
  bool is_efi = false;
};

/// An archive that is built into the kernel, found by its looks.
struct EmbeddedInitramfs {
  std::uint64_t offset = 0;   ///< in the unpacked kernel
  std::uint64_t entries = 0;  ///< up to its trailer or its end
};

/// The compressed kernel within.
struct Payload {
  std::uint64_t offset = 0;   ///< in the file
  std::uint64_t size = 0;     ///< as the header has it
  std::string compression{};  ///< by its first bytes: "gzip", "xz", "none (ELF)", "unknown"
  bool is_cut_short = false;  ///< it would go beyond the end of the file
  /// Why it was not unpacked, or not to its end; empty when it was.
  std::string not_unpacked{};
};

struct BootImage {
  Kind kind = Kind::unknown;
  std::uint64_t size = 0;
  std::string architecture{};  ///< "x86_64", "x86", "aarch64"; empty where nothing says it
  std::optional<X86Header> x86{};
  std::optional<Arm64Header> arm64{};
  std::optional<Payload> payload{};
  std::string version{};  ///< the string of the header, any bytes
  std::string banner{};   ///< "Linux version ..." out of the kernel itself, any bytes
  std::vector<EmbeddedInitramfs> initramfs{};  ///< most_listed_initramfs at most
  std::vector<std::string> faults{};           ///< what makes no sense in the header, in words
};

inline constexpr std::size_t most_listed_initramfs = 8;

/// A kernel unpacked is not looked at beyond. Debian's have about 60 MiB.
inline constexpr std::uint64_t most_unpacked_bytes = std::uint64_t{256} << 20;

/// Looks at any bytes. Reads what the header points to, unpacks the payload once without
/// keeping it, and needs a few MiB beside the decompressor. Throws what `file` throws.
[[nodiscard]] BootImage read_boot_image(const RandomAccess& file);

}  // namespace reproduce::kernel
