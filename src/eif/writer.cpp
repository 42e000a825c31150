#include "reproduce/eif/writer.hpp"

#include <string>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::eif {

ImageWriter::ImageWriter(PatchableSink& out, const HeaderChoices& choices,
                         std::optional<Header> predicted)
    : out_(out), header_(start_header(choices)), predicted_(predicted) {
  write_framing(encode_header(predicted_.value_or(Header{})));
}

void ImageWriter::write_framing(Bytes bytes) {
  framing_ = std::move(bytes);
  out_.write(framing_);
  offset_ += framing_.size();
}

void ImageWriter::begin_section(SectionType type) {
  if (header_.num_sections == max_sections)
    throw Error(ErrorKind::usage, "the image has too many sections",
                {.expected = "at most 32", .got = "a 33rd section", .hint = "merge ramdisks"});
  const std::size_t slot = header_.num_sections++;
  header_.section_offsets[slot] = offset_;
  open_type_ = type;
  payload_crc_ = Crc32();
  write_framing(encode_section_header(type, predicted_ ? predicted_->section_sizes[slot] : 0));
}

void ImageWriter::write(ByteView payload) {
  payload_crc_.update(payload);
  out_.write(payload);
  offset_ += payload.size();
}

void ImageWriter::end_section() {
  const std::size_t slot = header_.num_sections - std::size_t{1};
  const std::uint64_t start = header_.section_offsets[slot];
  const std::uint64_t size = offset_ - start - section_header_size;
  header_.section_sizes[slot] = size;
  const Bytes section_header = encode_section_header(open_type_, size);
  if (!predicted_ || predicted_->section_sizes[slot] != size) out_.write_at(start, section_header);
  body_crc_.update(section_header);
  body_crc_.append(payload_crc_.value(), size);
  trace("eif", [&] {
    return "wrote section " + std::to_string(slot) + " (" + std::string(name_of(open_type_)) +
           ") at offset " + std::to_string(start) + ", " + counted(size, "byte");
  });
}

Header ImageWriter::header_so_far() const {
  Header header = header_;
  Crc32 crc;
  crc.update(ByteView(encode_header(header)).first(crc_offset));
  crc.append(body_crc_.value(), offset_ - header_size);
  header.crc32 = crc.value();
  return header;
}

Header ImageWriter::finish() && {
  header_ = header_so_far();
  if (predicted_ != header_) out_.write_at(0, encode_header(header_));
  return header_;
}

}  // namespace reproduce::eif
