#include "reproduce/eif/framing.hpp"

#include <string>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::eif {

Framing::Framing(const HeaderChoices& choices, std::optional<Header> predicted)
    : header_(start_header(choices)), predicted_(predicted) {}

Bytes Framing::header() const {
  return encode_header(predicted_.value_or(Header{}));
}

Bytes Framing::begin_section(SectionType type) {
  if (header_.num_sections == max_sections)
    throw Error(ErrorKind::usage, "the image has too many sections",
                {.expected = "at most 32", .got = "a 33rd section", .hint = "merge ramdisks"});
  const std::size_t slot = header_.num_sections++;
  header_.section_offsets[slot] = offset_;
  offset_ += section_header_size;
  open_type_ = type;
  payload_crc_ = Crc32();
  return encode_section_header(type, predicted_ ? predicted_->section_sizes[slot] : 0);
}

void Framing::payload(ByteView bytes) {
  payload_crc_.update(bytes);
  offset_ += bytes.size();
}

void Framing::end_section() {
  const std::size_t slot = header_.num_sections - std::size_t{1};
  const std::uint64_t start = header_.section_offsets[slot];
  const std::uint64_t size = offset_ - start - section_header_size;
  header_.section_sizes[slot] = size;
  Bytes section_header = encode_section_header(open_type_, size);
  body_crc_.update(section_header);
  body_crc_.append(payload_crc_.value(), size);
  if (!predicted_ || predicted_->section_sizes[slot] != size)
    corrections_.push_back({start, std::move(section_header)});
  trace("eif", [&] {
    return "wrote section " + std::to_string(slot) + " (" + std::string(name_of(open_type_)) +
           ") at offset " + std::to_string(start) + ", " + counted(size, "byte");
  });
}

Header Framing::header_so_far() const {
  Header header = header_;
  Crc32 crc;
  crc.update(ByteView(encode_header(header)).first(crc_offset));
  crc.append(body_crc_.value(), offset_ - header_size);
  header.crc32 = crc.value();
  return header;
}

std::vector<Framing::Correction> Framing::corrections() const {
  std::vector<Correction> corrections = corrections_;
  const Header header = header_so_far();
  if (predicted_ != header) corrections.push_back({0, encode_header(header)});
  return corrections;
}

}  // namespace reproduce::eif
