#include "reproduce/build/image.hpp"

#include <string>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/eif/signature.hpp"
#include "reproduce/measure/boot_pcrs.hpp"

namespace reproduce::build {
namespace {

/// Passes everything on and keeps the first byte.
class FirstByteSource final : public Source {
 public:
  explicit FirstByteSource(Source& source) : source_(source) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t count = source_.read(buffer);
    if (count != 0 && !first_) first_ = buffer.front();
    return count;
  }

  /// Nothing when there was no byte.
  [[nodiscard]] std::optional<std::uint8_t> first() const noexcept { return first_; }

 private:
  Source& source_;
  std::optional<std::uint8_t> first_;
};

/// What the kernel will see: all ramdisks joined end to end, without padding. It takes a
/// plain cpio archive only where that starts on a multiple of four, and stops unpacking with
/// "invalid magic at start of compressed archive" elsewhere; a compressed one may start
/// anywhere.
/// Source: Linux, unpack_to_rootfs() in init/initramfs.c.
class JoinedRamdisks {
 public:
  explicit JoinedRamdisks(Warnings& warnings) : warnings_(warnings) {}

  void add(std::size_t number, std::optional<std::uint8_t> first_byte, std::uint64_t size) {
    constexpr std::uint8_t first_of_plain_cpio = '0';  // of the magic 070701
    constexpr std::uint64_t alignment = 4;
    if (first_byte == first_of_plain_cpio && total_ % alignment != 0)
      warnings_.push_back("the kernel cannot unpack ramdisk " + std::to_string(number) +
                          ": it is a plain cpio archive, and the ramdisks before it have " +
                          counted(total_, "byte") +
                          ", which is no multiple of 4; pad the raw one with zero bytes");
    total_ += size;
  }

 private:
  Warnings& warnings_;
  std::uint64_t total_ = 0;
};

class ImageRun {
 public:
  ImageRun(Plan& plan, PatchableSink& out, const std::optional<eif::Header>& predicted,
           const ProgressCallback& progress)
      : plan_(plan), assembler_(out, plan.header, predicted, progress), joined_(plan.warnings) {}

  AssembledImage run() && {
    std::size_t ramdisks = 0;
    for (const eif::SectionType type : plan_.sections) {
      switch (type) {
        case eif::SectionType::kernel:
          write_kernel();
          break;
        case eif::SectionType::cmdline:
          write_cmdline();
          break;
        case eif::SectionType::metadata:
          write_section(type, plan_.metadata);
          break;
        case eif::SectionType::ramdisk:
          write_ramdisk(ramdisks++);
          break;
        case eif::SectionType::signature:
          if (!plan_.certificate.empty()) make_signature();
          write_section(type, plan_.signature);
          break;
      }
    }
    AssembledImage image = std::move(assembler_).finish();
    image.bare = bare_;
    measure_signature(image);
    return image;
  }

 private:
  void write_kernel() {
    assembler_.begin_section(eif::SectionType::kernel);
    // A file's size was looked at before; a pipe shows its emptiness only now.
    if (assembler_.write_all(*plan_.kernel.source) == 0) {
      if (!plan_.kernel_may_be_empty) throw Error(ErrorKind::malformed, "the kernel is empty");
      warn_empty("the kernel");
    }
    assembler_.end_section();
  }

  void write_cmdline() {
    if (!plan_.long_cmdline) {
      write_section(eif::SectionType::cmdline, as_bytes(plan_.cmdline));
      if (plan_.cmdline.empty()) warn_empty("the command line");
      return;
    }
    assembler_.begin_section(eif::SectionType::cmdline);
    (void)assembler_.write_all(*plan_.long_cmdline->source);
    assembler_.end_section();
  }

  /// Everything that PCR0 covers is written. What comes back is checked here again: a signature
  /// that does not hold was not asked for.
  void make_signature() {
    if (!plan_.signer.sign) throw Error(ErrorKind::bug, "there is nobody to sign the image");
    const AssembledImage image = assembler_.so_far();
    const Sha384Digest& pcr0 = image.registers.at(0);
    plan_.signature = plan_.signer.sign(plan_.certificate, pcr0);
    plan_.signature_section = eif::decode_signature_section(plan_.signature);
    if (const auto fault = eif::signature_fault(*plan_.signature_section, pcr0))
      throw Error(ErrorKind::bug, "the signature that was made does not hold: " + *fault);
    if (plan_.signature_varies)
      bare_ = {.header = image.header, .size = image.size, .sha256 = image.sha256};
  }

  /// PCR8, and whether the signature is one of this image. The image is made all the same: it
  /// is what was asked for, and no register depends on it.
  void measure_signature(AssembledImage& image) {
    if (!plan_.signature_section) return;
    constexpr std::uint32_t pcr_of_certificate = 8;
    image.registers[pcr_of_certificate] =
        measure::extend_from_zero(sha384(plan_.signature_section->certificate.der));
    const auto fault = eif::signature_fault(*plan_.signature_section, image.registers.at(0));
    if (fault)
      plan_.warnings.push_back(
          "the signature does not hold, so the hypervisor will not start the "
          "image: " +
          printable(*fault));
  }

  void write_section(eif::SectionType type, ByteView payload) {
    assembler_.begin_section(type);
    assembler_.write(payload);
    assembler_.end_section();
  }

  void write_ramdisk(std::size_t index) {
    assembler_.begin_section(eif::SectionType::ramdisk);
    if (auto* const raw = std::get_if<Plan::RawRamdisk>(&plan_.ramdisks[index]))
      write_raw(index, *raw->source);
    else
      write_layered(index, std::get<LayeredRamdisk>(plan_.ramdisks[index]));
    assembler_.end_section();
  }

  void write_raw(std::size_t index, Source& raw) {
    FirstByteSource source(raw);
    const std::uint64_t size = assembler_.write_all(source);
    if (size == 0) warn_empty("ramdisk " + std::to_string(index));
    joined_.add(index, source.first(), size);
  }

  void write_layered(std::size_t index, LayeredRamdisk& ramdisk) {
    const bool is_plain = ramdisk.compression() == manifest::Compression::none;
    const std::optional<std::uint8_t> first =
        is_plain ? std::optional<std::uint8_t>('0') : std::nullopt;
    joined_.add(index, first, ramdisk.write(plan_.mtime, plan_.threads, assembler_));
  }

  void warn_empty(const std::string& what) {
    plan_.warnings.push_back(what + " is empty, and QEMU refuses images with an empty section");
  }

  Plan& plan_;
  Assembler assembler_;
  JoinedRamdisks joined_;
  std::optional<BareImage> bare_;
};

}  // namespace

AssembledImage write_image(Plan& plan, PatchableSink& out,
                           const std::optional<eif::Header>& predicted,
                           const ProgressCallback& progress) {
  return ImageRun(plan, out, predicted, progress).run();
}

}  // namespace reproduce::build
