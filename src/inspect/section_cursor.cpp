#include "section_cursor.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "reproduce/base/byte_reader.hpp"

namespace reproduce::inspect {
namespace {

constexpr std::size_t window_size = std::size_t{1} << 16;

}  // namespace

ByteView Window::at(std::uint64_t offset, std::size_t size) {
  const bool held = offset >= start_ && offset - start_ <= buffer_.size() &&
                    size <= buffer_.size() - (offset - start_);
  if (!held) {
    buffer_.resize(window_size);
    buffer_.resize(bytes_.read_at(offset, buffer_));
    start_ = offset;
  }
  const ByteView rest = ByteView(buffer_).subspan(static_cast<std::size_t>(offset - start_));
  return rest.first(std::min(size, rest.size()));
}

void SectionCursor::object(std::uint64_t offset, std::string what) {
  objections_.push_back({offset, std::move(what)});
}

std::vector<Objection> SectionCursor::take_objections() {
  return std::exchange(objections_, {});
}

/// Where the next section header is; nothing at the end.
std::optional<std::uint64_t> SectionCursor::next_offset() {
  if (way_ == Way::by_table) {
    if (index_ >= std::min<std::size_t>(header_.num_sections, eif::max_sections))
      return std::nullopt;
    return header_.section_offsets[index_];
  }
  // Less than a section header at the end is passed over.
  if (stopped_ || image_.size() < end_ || image_.size() - end_ < eif::section_header_size)
    return std::nullopt;
  return end_;
}

std::optional<SeenSection> SectionCursor::next() {
  for (;;) {
    const std::optional<std::uint64_t> offset = next_offset();
    if (!offset) return std::nullopt;
    const std::size_t index = index_++;
    if (index == most_sections) {
      object(*offset, "there are more than " + std::to_string(most_sections) + " sections");
      return std::nullopt;
    }
    const ByteView bytes = window_.at(*offset, eif::section_header_size);
    if (bytes.size() < eif::section_header_size) {
      object(*offset, "slot " + std::to_string(index) + " of the table points past the end");
      if (way_ == Way::in_sequence) return std::nullopt;
      continue;
    }
    ByteReader in(bytes, *offset);
    SeenSection section{
        .index = index, .header_offset = *offset, .header = eif::decode_section_header(in)};
    section.type = eif::section_type(section.header.type);
    if (section.type == eif::SectionType::ramdisk) section.ramdisk_index = ramdisks_++;
    section.present =
        std::min(section.header.payload_size, image_.size() - section.payload_offset());
    if (way_ == Way::by_table)
      judge_by_table(section);
    else
      judge_in_sequence(section);
    return section;
  }
}

void SectionCursor::judge_by_table(const SeenSection& section) {
  const std::uint64_t listed = header_.section_sizes[section.index];
  const std::uint64_t size = section.header.payload_size;
  const std::string name = "section " + std::to_string(section.index);
  if (section.header.flags != 0)
    object(section.header_offset + 2, name + " has flags, which QEMU does not take");
  if (size != listed)
    object(section.header_offset + 4, name + " has " + std::to_string(size) +
                                          " bytes by its own header and " + std::to_string(listed) +
                                          " by the table");
  if (size == 0) object(section.header_offset + 4, name + " is empty, which QEMU does not take");
  if (section.present < size)
    object(section.payload_offset(), name + " claims " + std::to_string(size) + " bytes and has " +
                                         std::to_string(section.present));
}

void SectionCursor::judge_in_sequence(const SeenSection& section) {
  const std::string name = "section " + std::to_string(section.index);
  const std::uint64_t size = section.header.payload_size;
  if (!section.type) {
    object(section.header_offset,
           name + " is of the unknown type " + std::to_string(section.header.type));
    stopped_ = true;
  }
  if (section.present < size) {
    object(section.payload_offset(), name + " claims " + std::to_string(size) + " bytes and has " +
                                         std::to_string(section.present));
    stopped_ = true;
  }
  if (!stopped_) end_ = section.payload_offset() + size;
}

}  // namespace reproduce::inspect
