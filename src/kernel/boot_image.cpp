#include "reproduce/kernel/boot_image.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "contents.hpp"

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/compression/decompress.hpp"

namespace reproduce::kernel {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t sector = 512;

// x86, offsets in the file.
constexpr std::uint64_t setup_sects = 0x1f1, boot_flag = 0x1fe, jump_length = 0x201,
                        header_magic = 0x202, protocol_version = 0x206, kernel_version = 0x20e,
                        loadflags = 0x211, kernel_alignment = 0x230, relocatable_kernel = 0x234,
                        xloadflags = 0x236, cmdline_size = 0x238, payload_offset = 0x248,
                        payload_length = 0x24c, pref_address = 0x258, init_size = 0x260;
constexpr std::uint16_t boot_flag_value = 0xaa55;
constexpr std::uint16_t xlf_kernel_64 = 1;

// arm64.
constexpr std::uint64_t text_offset = 0x08, image_size = 0x10, arm64_flags = 0x18,
                        arm64_magic = 0x38;

/// drivers/firmware/efi/libstub/zboot-header.S: offset and size of the payload, and what it is
/// compressed with.
constexpr std::uint64_t zboot_magic = 4, zboot_offset = 8, zboot_size = 12;

constexpr std::size_t longest_version = 256;

struct Magic {
  std::string_view name;
  std::string_view bytes;
};

/// lib/decompress.c, the lz4 frame of boot loaders, and what an uncompressed payload is.
constexpr Magic payload_magics[] = {
    {"gzip", "\x1f\x8b"sv},
    {"gzip of an old kind", "\x1f\x9e"sv},
    {"bzip2", "BZ"sv},
    {"lzma", "\x5d\x00"sv},
    {"xz",
     "\xfd"
     "7"sv},
    {"lzo", "\x89\x4c"sv},
    {"lz4", "\x02\x21"sv},
    {"lz4 frame", "\x04\x22\x4d\x18"sv},
    {"zstd", "\x28\xb5"sv},
    {"none (ELF)",
     "\x7f"
     "ELF"sv},
};

/// Little-endian numbers of a file, which both architectures' headers have.
class FieldReader {
 public:
  explicit FieldReader(const RandomAccess& file) : file_(file) {}

  /// Nothing where the file ends before.
  template <typename Number>
  [[nodiscard]] std::optional<Number> at(std::uint64_t offset) const {
    std::array<std::uint8_t, sizeof(Number)> bytes{};
    if (file_.read_at(offset, bytes) != bytes.size()) return std::nullopt;
    std::uint64_t number = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) number = number << 8U | bytes[i];
    return static_cast<Number>(number);
  }

  [[nodiscard]] bool has(std::uint64_t offset, std::string_view text) const {
    return bytes(offset, text.size()) == text;
  }

  /// Up to `size` bytes.
  [[nodiscard]] std::string bytes(std::uint64_t offset, std::size_t size) const {
    Bytes read(size);
    read.resize(file_.read_at(offset, read));
    return std::string(as_text(read));
  }

 private:
  const RandomAccess& file_;
};

std::string compression_at(const FieldReader& fields, std::uint64_t offset) {
  for (const Magic& magic : payload_magics)
    if (fields.has(offset, magic.bytes)) return std::string(magic.name);
  return "unknown";
}

class BootImageReader {
 public:
  explicit BootImageReader(const RandomAccess& file) : file_(file), fields_(file) {}

  BootImage read() && {
    image_.size = file_.size();
    image_.kind = kind();
    switch (image_.kind) {
      case Kind::bzimage:
        read_x86();
        break;
      case Kind::arm64_image:
        read_arm64();
        break;
      case Kind::efi_zboot:
        read_zboot();
        break;
      case Kind::compressed:
        set_payload(0, image_.size);
        break;
      case Kind::elf:
        (void)search_in({.offset = 0, .size = image_.size});
        break;
      case Kind::unknown:
        break;
    }
    return std::move(image_);
  }

 private:
  [[nodiscard]] Kind kind() const {
    if (fields_.at<std::uint16_t>(boot_flag) == boot_flag_value &&
        fields_.has(header_magic, "HdrS"))
      return Kind::bzimage;
    if (fields_.has(arm64_magic, "ARM\x64")) return Kind::arm64_image;
    if (fields_.has(0, "MZ") && fields_.has(zboot_magic, "zimg")) return Kind::efi_zboot;
    if (fields_.has(0,
                    "\x7f"
                    "ELF"))
      return Kind::elf;
    if (compression_at(fields_, 0) != "unknown") return Kind::compressed;
    return Kind::unknown;
  }

  /// The field, where the protocol has it and the setup header goes as far.
  template <typename Number>
  std::optional<Number> field(std::uint64_t offset, std::uint16_t since) {
    if (image_.x86->protocol < since) return std::nullopt;
    if (offset + sizeof(Number) > end_of_header_) {
      note_fault("the setup header ends before a field of its protocol");
      return std::nullopt;
    }
    return fields_.at<Number>(offset);
  }

  void note_fault(const std::string& what) {
    if (std::find(image_.faults.begin(), image_.faults.end(), what) == image_.faults.end())
      image_.faults.push_back(what);
  }

  void read_x86() {
    constexpr std::uint16_t v2_05 = 0x0205, v2_06 = 0x0206, v2_08 = 0x0208, v2_10 = 0x020a,
                            v2_12 = 0x020c;
    X86Header& header = image_.x86.emplace();
    header.protocol = fields_.at<std::uint16_t>(protocol_version).value_or(0);
    header.setup_sectors = fields_.at<std::uint8_t>(setup_sects).value_or(0);
    header.loadflags = fields_.at<std::uint8_t>(loadflags).value_or(0);
    end_of_header_ = header_magic + fields_.at<std::uint8_t>(jump_length).value_or(0);
    header.kernel_alignment = field<std::uint32_t>(kernel_alignment, v2_05);
    if (const auto flag = field<std::uint8_t>(relocatable_kernel, v2_05))
      header.is_relocatable = *flag != 0;
    header.cmdline_size = field<std::uint32_t>(cmdline_size, v2_06);
    header.preferred_address = field<std::uint64_t>(pref_address, v2_10);
    header.init_size = field<std::uint32_t>(init_size, v2_10);
    header.xloadflags = field<std::uint16_t>(xloadflags, v2_12);
    image_.architecture =
        header.xloadflags && (*header.xloadflags & xlf_kernel_64) != 0 ? "x86_64" : "x86";
    constexpr std::uint64_t default_setup_sectors = 4;
    const std::uint64_t sectors =
        header.setup_sectors == 0 ? default_setup_sectors : header.setup_sectors;
    const std::uint64_t protected_mode = (sectors + 1) * sector;
    if (protected_mode > image_.size) note_fault("the setup sectors go beyond the end of the file");
    read_version(sectors * sector);
    const auto offset = field<std::uint32_t>(payload_offset, v2_08);
    const auto size = field<std::uint32_t>(payload_length, v2_08);
    if (offset && size) set_payload(protected_mode + *offset, *size);
  }

  /// The header points to it, at most at the end of the setup sectors.
  void read_version(std::uint64_t limit) {
    const std::uint16_t pointer = fields_.at<std::uint16_t>(kernel_version).value_or(0);
    if (pointer == 0) return;
    if (pointer >= limit) return note_fault("the version string lies beyond the setup sectors");
    const std::string text = fields_.bytes(sector + pointer, longest_version);
    const std::size_t end = text.find('\0');
    if (end == std::string::npos) return note_fault("the version string has no end");
    image_.version = text.substr(0, end);
  }

  void read_arm64() {
    Arm64Header& header = image_.arm64.emplace();
    header.text_offset = fields_.at<std::uint64_t>(text_offset).value_or(0);
    header.image_size = fields_.at<std::uint64_t>(image_size).value_or(0);
    header.flags = fields_.at<std::uint64_t>(arm64_flags).value_or(0);
    header.is_efi = fields_.has(0, "MZ");
    image_.architecture = "aarch64";
    if (header.image_size != 0 && header.image_size < image_.size)
      note_fault("the file is larger than what the header says it takes in memory");
    (void)search_in({.offset = 0, .size = image_.size});
  }

  void read_zboot() {
    const auto offset = fields_.at<std::uint32_t>(zboot_offset);
    const auto size = fields_.at<std::uint32_t>(zboot_size);
    if (!offset || !size) return note_fault("the header is cut off");
    set_payload(*offset, *size);
  }

  void set_payload(std::uint64_t offset, std::uint64_t size) {
    Payload payload{.offset = offset, .size = size, .compression = compression_at(fields_, offset)};
    payload.is_cut_short = offset > image_.size || size > image_.size - offset;
    if (payload.is_cut_short) note_fault("the payload goes beyond the end of the file");
    payload.not_unpacked = search_in(payload);
    image_.payload = std::move(payload);
  }

  /// Behind the stream of a bzImage stands its size when unpacked (cmd_lz4_with_size and its like
  /// in scripts/Makefile.lib). lz4 has no end of its own, and would take that for a block: the
  /// kernel leaves it out (lib/decompress_unlz4.c). A zboot image's header does not count it.
  [[nodiscard]] std::uint64_t packed_size(const Payload& payload) const {
    constexpr std::uint64_t stated_size = 4;
    const bool has_size = image_.kind == Kind::bzimage && payload.compression == "lz4";
    return has_size && payload.size > stated_size ? payload.size - stated_size : payload.size;
  }

  /// Unpacks it, and looks for what can be found. Why that was not all, in words.
  std::string search_in(const Payload& payload) {
    RangeSource packed(file_, payload.offset, packed_size(payload));
    const bool is_plain = payload.compression.empty() || payload.compression == "none (ELF)";
    try {
      if (is_plain) return take(search(packed));
      compression::Decompressor plain(packed, compression::Extent::first_stream,
                                      compression::Repertoire::kernels);
      if (plain.compression() == compression::Compression::none)
        return "reproduce does not read this compression";
      return take(search(plain));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::malformed) throw;
      return error.what();
    }
  }

  std::string take(Contents contents) {
    image_.banner = std::move(contents.banner);
    image_.initramfs = std::move(contents.initramfs);
    return contents.is_whole ? "" : "it has more than 256 MiB";
  }

  const RandomAccess& file_;
  FieldReader fields_;
  std::uint64_t end_of_header_ = 0;
  BootImage image_;
};

}  // namespace

std::string_view name_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::bzimage:
      return "bzImage";
    case Kind::arm64_image:
      return "arm64 Image";
    case Kind::efi_zboot:
      return "EFI zboot image";
    case Kind::compressed:
      return "compressed file";
    case Kind::elf:
      return "ELF";
    case Kind::unknown:
      return "unknown";
  }
  return {};
}

BootImage read_boot_image(const RandomAccess& file) {
  return BootImageReader(file).read();
}

}  // namespace reproduce::kernel
