#include "reproduce/inspect/reading.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "section_cursor.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/cose/cbor.hpp"
#include "reproduce/cose/sign1.hpp"
#include "reproduce/eif/crc32.hpp"
#include "reproduce/measure/boot_pcrs.hpp"

namespace reproduce::inspect {
namespace {

using eif::SectionType;

/// QEMU is strict about the header before it looks at any section.
std::vector<Objection> objections_to_header(const eif::Header& header) {
  std::vector<Objection> objections;
  if (header.magic != eif::magic) objections.push_back({0, "the magic is not '.eif'"});
  constexpr std::uint64_t largest = std::numeric_limits<std::int64_t>::max();
  for (std::size_t slot = 0; slot < eif::max_sections; ++slot)
    if (header.section_sizes[slot] > largest)
      objections.push_back({eif::section_sizes_offset + 8 * slot,
                            "slot " + std::to_string(slot) + " of the table claims " +
                                std::to_string(header.section_sizes[slot]) + " bytes"});
  if (header.version < eif::current_version)
    objections.push_back({eif::version_offset, "the version is " + std::to_string(header.version) +
                                                   "; QEMU takes 4 and above"});
  if (header.flags != 0)
    objections.push_back({eif::flags_offset,
                          "the flags are " + std::to_string(header.flags) + "; QEMU takes 0 only"});
  if (header.num_sections > eif::max_sections)
    objections.push_back(
        {eif::num_sections_offset,
         "the table has " + std::to_string(header.num_sections) + " sections and room for 32"});
  return objections;
}

/// QEMU expects the certificate first in the map of the first entry.
bool certificate_comes_first(ByteView payload) {
  const cose::CborItem root = cose::decode_cbor(
      payload, {.max_bytes = eif::max_signature_size, .max_items = eif::max_signature_size});
  return root.items.at(0).items.at(0).is_text("signing_certificate");
}

/// AWS's tools give up on a signature that the certificate's key did not make.
bool is_by_its_certificate(const eif::SignatureSection& section) {
  try {
    const std::optional<EcPublicKey> key = public_key(section.certificate);
    return key && cose::is_signed_by(cose::decode_sign1(section.entries.front().cose_sign1), *key);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return false;
  }
}

class ImageWalk {
 public:
  ImageWalk(Way way, const RandomAccess& image, const eif::Header& header)
      : way_(way), image_(image), header_(header), cursor_(way, image, header) {
    reading_.way = way;
    const Bytes encoded = eif::encode_header(header);
    crc_.update(ByteView(encoded).first(eif::crc_offset));
  }

  Reading run() && {
    if (way_ == Way::by_table)
      for (Objection& objection : objections_to_header(header_)) object(std::move(objection));
    for (auto section = cursor_.next(); section; section = cursor_.next()) {
      take_structural_objections();
      if (way_ == Way::by_table) judge_place(*section);
      take(*section);
      list(*section);
    }
    take_structural_objections();
    reading_.end = cursor_.end();
    if (!gave_up_) reading_.crc = crc_.value();
    if (way_ == Way::by_table) judge_whole_table();
    finish();
    return std::move(reading_);
  }

 private:
  void object(Objection objection) {
    gave_up_ = true;
    if (reading_.objections.size() < most_listed_objections)
      reading_.objections.push_back(std::move(objection));
  }

  void take_structural_objections() {
    for (Objection& objection : cursor_.take_objections()) object(std::move(objection));
  }

  void list(const SeenSection& section) {
    if (section.type == SectionType::cmdline && count_of(SectionType::cmdline) == 0)
      reading_.cmdline = read_cmdline(image_, section.payload_offset(), section.present);
    if (section.type) ++count_of_type_[static_cast<std::size_t>(*section.type)];
    if (reading_.sections.size() < most_listed_sections)
      reading_.sections.push_back(section);
    else
      ++reading_.unlisted_sections;
  }

  [[nodiscard]] std::size_t count_of(SectionType type) const {
    return count_of_type_[static_cast<std::size_t>(type)];
  }

  void judge_place(const SeenSection& section) {
    const bool only_one =
        section.type == SectionType::kernel || section.type == SectionType::cmdline;
    if (only_one && count_of(*section.type) != 0)
      object({section.header_offset, "there is a second " + std::string(name_of(*section.type))});
    covered_ += section.present;
    if (covered_ / 2 > image_.size())
      object({eif::section_sizes_offset, "the table covers the file more than twice"});
  }

  /// Hashes or decodes a payload, as far as it is still of use.
  void take(const SeenSection& section) {
    const bool small =
        section.type == SectionType::metadata || section.type == SectionType::signature;
    if (small && section.present == section.header.payload_size) {
      take_small(section);
    } else if (!gave_up_) {
      stream(section);
    }
  }

  void stream(const SeenSection& section) {
    add_to_crc(section);
    const measure::Part part = section.type ? measure::part_of(*section.type, section.ramdisk_index)
                                            : measure::Part::unmeasured;
    RangeSource payload(image_, section.payload_offset(), section.present);
    while (const std::size_t count = payload.read(buffer_)) {
      const ByteView chunk = ByteView(buffer_).first(count);
      crc_.update(chunk);
      whole_.update(part, chunk);
      application_.update(part, chunk);
    }
  }

  void add_to_crc(const SeenSection& section) {
    std::array<std::uint8_t, eif::section_header_size> bytes{};
    (void)image_.read_at(section.header_offset, bytes);
    crc_.update(bytes);
  }

  void take_small(const SeenSection& section) {
    const bool metadata = section.type == SectionType::metadata;
    const std::uint64_t limit = metadata ? eif::max_metadata_size : eif::max_signature_size;
    if (section.present > limit) {
      object({section.payload_offset(), "the " + std::string(name_of(*section.type)) +
                                            " has more than " + std::to_string(limit) + " bytes"});
      return;
    }
    Bytes payload(static_cast<std::size_t>(section.present));
    (void)image_.read_at(section.payload_offset(), payload);
    add_to_crc(section);
    crc_.update(payload);
    try {
      if (metadata)
        reading_.metadata = eif::decode_metadata(payload);
      else
        take_signature(section, payload);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::malformed) throw;
      // QEMU does not look at metadata.
      if (!metadata || way_ == Way::in_sequence)
        object({section.payload_offset() + error.context().offset.value_or(0), error.what()});
    }
  }

  void take_signature(const SeenSection& section, const Bytes& payload) {
    reading_.signature = eif::decode_signature_section(payload);
    // With several signatures QEMU keeps the last, and AWS's tools hash all.
    if (way_ == Way::by_table) certificates_ = Sha384();
    certificates_.update(reading_.signature->certificate.der);
    if (way_ == Way::by_table && !certificate_comes_first(payload))
      object({section.payload_offset(),
              "the signature comes before its certificate, which QEMU "
              "does not take"});
  }

  void judge_whole_table() {
    for (const SectionType type : {SectionType::kernel, SectionType::cmdline, SectionType::ramdisk})
      if (count_of(type) == 0)
        object({eif::num_sections_offset, "there is no " + std::string(name_of(type))});
    if (reading_.crc && *reading_.crc != header_.crc32)
      object({eif::crc_offset, "the checksum is wrong"});
  }

  void finish() {
    if (gave_up_) return;
    const measure::WholeImagePcrs whole = std::move(whole_).finish();
    measure::Registers registers{
        {0, whole.pcr0}, {1, whole.pcr1}, {2, std::move(application_).finish()}};
    if (reading_.signature) {
      registers[8] = measure::extend_from_zero(std::move(certificates_).finish());
      reading_.signature_fault = eif::signature_fault(*reading_.signature, registers.at(0));
      if (way_ == Way::in_sequence && !is_by_its_certificate(*reading_.signature)) {
        object({reading_.end, "the signature is not by its certificate's key"});
        return;
      }
    }
    reading_.registers = std::move(registers);
  }

  Way way_;
  const RandomAccess& image_;
  const eif::Header& header_;
  SectionCursor cursor_;
  Reading reading_;
  bool gave_up_ = false;  // there was an objection, so no register will be stated
  measure::WholeImageLane whole_;
  measure::ApplicationLane application_;
  eif::Crc32 crc_;
  Sha384 certificates_;
  Bytes buffer_ = Bytes(chunk_size);
  std::array<std::size_t, 6> count_of_type_{};  // by section type, 1 to 5
  std::uint64_t covered_ = 0;
};

}  // namespace

std::vector<std::uint32_t> registers_fed(const SeenSection& section) {
  if (!section.type) return {};
  switch (*section.type) {
    case SectionType::kernel:
    case SectionType::cmdline:
      return {0, 1};
    case SectionType::ramdisk:
      return section.ramdisk_index == 0 ? std::vector<std::uint32_t>{0, 1}
                                        : std::vector<std::uint32_t>{0, 2};
    case SectionType::signature:
      return {8};
    case SectionType::metadata:
      return {};
  }
  return {};
}

std::string read_cmdline(const RandomAccess& image, std::uint64_t offset, std::uint64_t size) {
  Bytes shown(static_cast<std::size_t>(std::min<std::uint64_t>(size, shown_cmdline)));
  shown.resize(image.read_at(offset, shown));
  return std::string(as_text(shown));
}

Reading read_image(Way way, const RandomAccess& image, const eif::Header& header) {
  return ImageWalk(way, image, header).run();
}

}  // namespace reproduce::inspect
