#include "reproduce/sign/rewrite.hpp"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/eif/framing.hpp"
#include "reproduce/eif/reader.hpp"
#include "reproduce/eif/signature.hpp"
#include "reproduce/measure/boot_pcrs.hpp"
#include "reproduce/measure/hash_lanes.hpp"
#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::sign {
namespace {

using eif::SectionType;

constexpr std::uint16_t first_version_with_signature = 3;
constexpr std::uint32_t pcr_of_certificate = 8;

/// Where a signature section stands, as far as the section headers tell; the reader checks them.
std::optional<std::size_t> signature_slot(const RandomAccess& image, const eif::Header& header) {
  for (std::size_t slot = 0; slot < header.num_sections; ++slot) {
    std::array<std::uint8_t, eif::section_header_size> bytes{};
    if (image.read_at(header.section_offsets[slot], bytes) != bytes.size()) return std::nullopt;
    ByteReader in(bytes);
    if (eif::section_type(eif::decode_section_header(in).type) == SectionType::signature)
      return slot;
  }
  return std::nullopt;
}

void require_room(const eif::Header& header) {
  if (header.version < first_version_with_signature)
    throw Error(ErrorKind::usage, "the image's version of the format has no signatures",
                {.offset = eif::version_offset,
                 .expected = "version 3 or 4",
                 .got = std::to_string(header.version),
                 .hint = "build it again with version 4"});
  if (header.num_sections == eif::max_sections)
    throw Error(ErrorKind::usage, "the image has no room for a signature",
                {.offset = eif::num_sections_offset,
                 .expected = "31 sections at the most, of which 28 are ramdisks",
                 .got = "32 sections",
                 .hint = "build it with fewer ramdisks: several can be joined into one"});
}

class Rewrite {
 public:
  Rewrite(const RandomAccess& image, PatchableSink& out, const MakeSection& make,
          const std::function<void(std::uint64_t)>& progress)
      : image_(image),
        make_(make),
        progress_(progress),
        source_(image, 0, image.size()),
        reader_(source_),
        out_(out),
        framing_(choices(reader_.header())),
        lanes_(/*with_file_digest=*/false, &out_),
        slot_(signature_slot(image, reader_.header())) {}

  RewrittenImage run() && {
    const eif::Header& header = reader_.header();
    if (make_ && !slot_) require_room(header);
    if (!make_ && !slot_)
      throw Error(ErrorKind::usage, "the image has no signature, so there is none to remove");
    if (make_ && slot_ && *slot_ + std::size_t{1} != header.num_sections) make_beforehand();
    lanes_.write(framing_.header(), measure::Part::unmeasured);
    while (const std::optional<eif::Section> section = reader_.next_section()) {
      if (section->type == SectionType::signature)
        replace();
      else
        copy(*section);
    }
    reader_.finish();
    RewrittenImage result;
    result.had_signature = slot_.has_value();
    result.registers = lanes_.so_far().registers;
    const Sha384Digest& pcr0 = result.registers.at(0);
    if (signed_pcr0_ && *signed_pcr0_ != pcr0)
      throw Error(ErrorKind::environment, "the image has changed while it was read");
    if (make_ && !signed_pcr0_) {
      payload_ = make_(pcr0);
      write_payload();
    }
    if (make_)
      result.registers[pcr_of_certificate] = measure::extend_from_zero(
          sha384(eif::decode_signature_section(payload_).certificate.der));
    result.header = framing_.header_so_far();
    (void)lanes_.so_far();  // from here on nobody else writes
    for (const auto& [offset, bytes] : framing_.corrections()) out_.write_at(offset, bytes);
    return result;
  }

 private:
  static eif::HeaderChoices choices(const eif::Header& header) {
    return {.arch = eif::arch_of(header),
            .version = header.version,
            .default_mem = header.default_mem,
            .default_cpus = header.default_cpus};
  }

  /// The sections behind it must move by its size, so the signature is made first.
  void make_beforehand() {
    trace("sign", [] { return "the signature stands before other sections: measures first"; });
    RangeSource source(image_, 0, image_.size());
    signed_pcr0_ = measure::measure_image(source).registers.at(0);
    payload_ = make_(*signed_pcr0_);
  }

  void copy(const eif::Section& section) {
    lanes_.write(framing_.begin_section(section.type), measure::Part::unmeasured);
    const measure::Part part = measure::part_of(section.type, section.ramdisk_index);
    for (;;) {
      const std::span<std::uint8_t> chunk = lanes_.prepare();
      const std::size_t count = reader_.read_payload(chunk);
      if (count == 0) break;
      lanes_.commit(count, part);  // hashed and written while this thread checksums
      framing_.payload(ByteView(chunk).first(count));
      if (progress_) progress_(reader_.offset());
    }
    framing_.end_section();
  }

  /// What comes last is written at the end, when its PCR0 is known.
  void replace() {
    if (signed_pcr0_) write_payload();
  }

  void write_payload() {
    lanes_.write(framing_.begin_section(SectionType::signature), measure::Part::unmeasured);
    lanes_.write(payload_, measure::Part::unmeasured);
    framing_.payload(payload_);
    framing_.end_section();
  }

  const RandomAccess& image_;
  const MakeSection& make_;
  const std::function<void(std::uint64_t)>& progress_;
  RangeSource source_;
  eif::ImageReader reader_;
  PatchableSink& out_;
  eif::Framing framing_;
  measure::HashLanes lanes_;
  std::optional<std::size_t> slot_;
  Bytes payload_;
  std::optional<Sha384Digest> signed_pcr0_;  // when it was known before the copy
};

}  // namespace

RewrittenImage rewrite_signature(const RandomAccess& image, PatchableSink& out,
                                 const MakeSection& make,
                                 const std::function<void(std::uint64_t)>& progress) {
  return Rewrite(image, out, make, progress).run();
}

}  // namespace reproduce::sign
