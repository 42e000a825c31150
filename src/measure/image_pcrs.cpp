#include "reproduce/measure/image_pcrs.hpp"

#include <string>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/eif/reader.hpp"
#include "reproduce/measure/boot_pcrs.hpp"
#include "reproduce/measure/hash_lanes.hpp"

namespace reproduce::measure {
namespace {

/// Hashes what another source gives, on its way.
class HashedSource final : public Source {
 public:
  explicit HashedSource(Source& inner) : inner_(inner) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t count = inner_.read(buffer);
    digest_.update(ByteView(buffer).first(count));
    return count;
  }

  [[nodiscard]] Sha256Digest finish() { return std::move(digest_).finish(); }

 private:
  Source& inner_;
  Sha256 digest_;
};

/// A small section, whole. The reader has bounded its size.
Bytes read_whole(eif::ImageReader& reader, const eif::Section& section) {
  Bytes payload(static_cast<std::size_t>(section.payload_size));
  std::size_t filled = 0;
  while (filled < payload.size()) filled += reader.read_payload(std::span(payload).subspan(filled));
  return payload;
}

/// The small sections, kept until the checksum has vouched for them.
struct HeldSection {
  eif::Section section;
  Bytes payload;
};

/// Runs `decode`; errors from inside a section get the offset in the file.
template <typename Decode>
auto decode_held(const HeldSection& held, Decode decode) {
  try {
    return decode(held.payload);
  } catch (const Error& error) {
    ErrorContext context = error.context();
    context.offset = held.section.payload_offset() + context.offset.value_or(0);
    if (context.where.empty())
      context.where = std::string(eif::name_of(held.section.type)) + " section";
    throw Error(error.kind(), error.what(), std::move(context));
  }
}

void interpret(const HeldSection& held, ImageMeasurements& result) {
  if (held.section.type == eif::SectionType::metadata) {
    result.metadata = decode_held(held, eif::decode_metadata);
    return;
  }
  result.signature = decode_held(held, eif::decode_signature_section);
  result.registers[8] = extend_from_zero(sha384(result.signature->certificate.der));
  result.signature_fault = eif::signature_fault(*result.signature, result.registers.at(0));
}

void stream_payload(eif::ImageReader& reader, const eif::Section& section, HashLanes& lanes,
                    const std::function<void(std::uint64_t)>& progress) {
  const Part part = part_of(section.type, section.ramdisk_index);
  while (const std::size_t count = reader.read_payload(lanes.prepare())) {
    lanes.commit(count, part);
    if (progress) progress(reader.offset());
  }
}

ImageMeasurements measure_parts(Source& image, const MeasureOptions& options) {
  eif::ImageReader reader(image);
  HashLanes lanes(/*with_file_digest=*/false);
  ImageMeasurements result;
  result.header = reader.header();
  std::vector<HeldSection> held;
  while (const std::optional<eif::Section> section = reader.next_section()) {
    result.sections.push_back(*section);
    const Part part = part_of(section->type, section->ramdisk_index);
    if (part == Part::unmeasured) {
      held.push_back({*section, read_whole(reader, *section)});
    } else {
      stream_payload(reader, *section, lanes, options.progress);
    }
  }
  reader.finish();
  result.file_size = reader.offset();
  result.registers = std::move(lanes).finish().registers;
  for (const HeldSection& section : held) interpret(section, result);
  return result;
}

}  // namespace

ImageMeasurements measure_image(Source& image, const MeasureOptions& options) {
  if (!options.file_digest) return measure_parts(image, options);
  HashedSource hashed(image);
  ImageMeasurements result = measure_parts(hashed, options);
  result.file_sha256 = hashed.finish();
  return result;
}

}  // namespace reproduce::measure
