#include "reproduce/eif/reader.hpp"

#include <algorithm>
#include <string>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::eif {
namespace {

constexpr std::uint16_t first_version_with_signature = 3;
constexpr std::uint16_t first_version_with_metadata = 4;

std::string label(const Section& section) {
  return "section " + std::to_string(section.index) + " (" + std::string(name_of(section.type)) +
         ")";
}

std::string crc_text(std::uint32_t crc) {
  std::array<std::uint8_t, 4> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
  return to_hex(bytes);
}

[[noreturn]] void refuse(const std::string& what, std::uint64_t offset, const std::string& where,
                         std::string expected, std::string got) {
  throw Error(
      ErrorKind::malformed, what,
      {.offset = offset, .where = where, .expected = std::move(expected), .got = std::move(got)});
}

std::uint64_t size_limit(SectionType type) {
  switch (type) {
    case SectionType::signature:
      return max_signature_size;
    case SectionType::metadata:
      return max_metadata_size;
    case SectionType::kernel:
    case SectionType::cmdline:
    case SectionType::ramdisk:
      return ~std::uint64_t{0};  // streamed, so the file's own size is the limit
  }
  return 0;
}

}  // namespace

ImageReader::ImageReader(Source& source) : source_(source) {
  const Bytes bytes = read_exactly(header_size, "the image header");
  ByteReader in(bytes);
  header_ = decode_header(in);
  check_header(header_);
  crc_.update(ByteView(bytes).first(crc_offset));  // the checksum does not cover itself
}

Bytes ImageReader::read_exactly(std::size_t size, const char* what) {
  Bytes bytes(size);
  const std::size_t count = read_up_to(source_, bytes);
  if (count < size)
    throw Error(ErrorKind::malformed, std::string(what) + " is cut off",
                {.offset = offset_,
                 .expected = std::to_string(size) + " bytes",
                 .got = std::to_string(count) + " bytes, then the end of the file",
                 .hint = "the file looks truncated; compare its size with the publisher's"});
  offset_ += size;
  return bytes;
}

std::optional<Section> ImageReader::next_section() {
  Bytes rest(payload_left_ == 0 ? 0 : chunk_size);
  while (payload_left_ != 0) (void)read_payload(rest);
  if (next_index_ == header_.num_sections) return std::nullopt;

  const std::uint64_t start = offset_;
  const Bytes bytes = read_exactly(section_header_size, "a section header");
  crc_.update(bytes);
  ByteReader in(bytes, start);
  const RawSectionHeader raw = decode_section_header(in);
  const std::string where = "header of section " + std::to_string(next_index_);
  const std::optional<SectionType> type = section_type(raw.type);
  if (!type)
    refuse("a section has an unknown type", start, where, "1 to 5", std::to_string(raw.type));
  if (raw.flags != 0)
    refuse("a section has reserved flags", start + 2, where, "0", std::to_string(raw.flags));
  if (raw.payload_size != header_.section_sizes[next_index_])
    refuse("a section's size differs from the one in the image header", start + 4, where,
           std::to_string(header_.section_sizes[next_index_]), std::to_string(raw.payload_size));

  const Section section{
      .type = *type,
      .index = next_index_,
      .ramdisk_index = count_of_type_[static_cast<std::size_t>(SectionType::ramdisk)],
      .header_offset = start,
      .payload_size = raw.payload_size};
  admit(section);
  ++next_index_;
  payload_left_ = section.payload_size;
  trace("eif", [&] {
    return "reads " + label(section) + " at offset " + std::to_string(start) + ", " +
           counted(section.payload_size, "byte");
  });
  return section;
}

void ImageReader::admit(const Section& section) {
  const auto count = [this](SectionType type) -> std::size_t& {
    return count_of_type_[static_cast<std::size_t>(type)];
  };
  const std::uint64_t at = section.header_offset;
  const bool repeated = section.type != SectionType::ramdisk && count(section.type) != 0;
  if (repeated)
    refuse("the image has a second " + std::string(name_of(section.type)), at, label(section),
           "one at most", "two");
  if (section.type == SectionType::ramdisk && count(SectionType::kernel) == 0)
    refuse("a ramdisk comes before the kernel", at, label(section), "the kernel first",
           "no kernel yet");
  if (section.type == SectionType::signature && header_.version < first_version_with_signature)
    refuse("the image's version has no signature section", at, label(section), "version 3 or 4",
           std::to_string(header_.version));
  if (section.payload_size > size_limit(section.type))
    refuse("the " + std::string(name_of(section.type)) + " section is too large", at,
           label(section), "at most " + std::to_string(size_limit(section.type)) + " bytes",
           std::to_string(section.payload_size) + " bytes");
  ++count(section.type);
}

std::size_t ImageReader::read_payload(std::span<std::uint8_t> buffer) {
  const auto wanted =
      static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), payload_left_));
  if (wanted == 0) return 0;
  const std::size_t count = source_.read(buffer.first(wanted));
  if (count == 0)
    throw Error(ErrorKind::malformed,
                "section " + std::to_string(next_index_ - 1) + " runs past the end of the image",
                {.offset = offset_,
                 .expected = std::to_string(payload_left_) + " more bytes",
                 .got = "the end of the file",
                 .hint = "the file looks truncated; compare its size with the publisher's"});
  crc_.update(ByteView(buffer).first(count));
  offset_ += count;
  payload_left_ -= count;
  return count;
}

void ImageReader::check_required_sections() const {
  const auto require = [this](SectionType type) {
    if (count_of_type_[static_cast<std::size_t>(type)] != 0) return;
    throw Error(ErrorKind::malformed, "the image has no " + std::string(name_of(type)),
                {.where = "section table", .expected = "exactly one", .got = "none"});
  };
  require(SectionType::kernel);
  require(SectionType::cmdline);
  if (header_.version >= first_version_with_metadata) require(SectionType::metadata);
}

void ImageReader::finish() {
  while (next_section()) {
  }
  std::array<std::uint8_t, 1> beyond{};
  if (source_.read(beyond) != 0)
    throw Error(ErrorKind::malformed, "there are bytes after the last section",
                {.offset = offset_,
                 .expected = "the end of the file",
                 .got = "more",
                 .hint = "readers differ on whether such bytes are measured; get a clean image"});
  if (crc_.value() != header_.crc32)
    throw Error(ErrorKind::malformed, "the image's checksum is wrong",
                {.offset = crc_offset,
                 .where = "crc32 in the image header",
                 .expected = crc_text(crc_.value()) + " (computed)",
                 .got = crc_text(header_.crc32),
                 .hint = "the file is damaged or was changed; fetch or build it again"});
  check_required_sections();
}

}  // namespace reproduce::eif
