#include "reproduce/build/assembler.hpp"

#include <algorithm>
#include <utility>

namespace reproduce::build {

Assembler::Assembler(PatchableSink& out, const eif::HeaderChoices& choices,
                     std::optional<eif::Header> predicted)
    : writer_(out, choices, predicted),
      predicted_(predicted),
      lanes_(/*with_file_digest=*/predicted_.has_value()) {
  pass_on_framing();
}

void Assembler::pass_on_framing() {
  lanes_.write(writer_.last_framing(), measure::Part::unmeasured);
}

void Assembler::begin_section(eif::SectionType type) {
  writer_.begin_section(type);
  part_ = measure::part_of(type, ramdisks_);
  if (type == eif::SectionType::ramdisk) ++ramdisks_;
  pass_on_framing();
}

void Assembler::flush() {
  if (filled_ == 0) return;
  const std::size_t size = std::exchange(filled_, 0);
  lanes_.commit(size, part_);  // the lanes hash while this thread writes
  writer_.write(ByteView(chunk_).first(size));
}

void Assembler::write(ByteView payload) {
  while (!payload.empty()) {
    if (filled_ == 0) chunk_ = lanes_.prepare();
    const std::size_t count = std::min(chunk_.size() - filled_, payload.size());
    std::copy_n(payload.begin(), count, chunk_.begin() + static_cast<std::ptrdiff_t>(filled_));
    filled_ += count;
    payload = payload.subspan(count);
    if (filled_ == chunk_.size()) flush();
  }
}

std::uint64_t Assembler::write_all(Source& source) {
  flush();
  std::uint64_t total = 0;
  for (;;) {
    chunk_ = lanes_.prepare();
    filled_ = source.read(chunk_);
    if (filled_ == 0) return total;
    total += filled_;
    flush();
  }
}

void Assembler::end_section() {
  flush();
  writer_.end_section();
}

AssembledImage Assembler::so_far() {
  AssembledImage image;
  image.header = writer_.header_so_far();
  image.size = eif::image_size(image.header);
  measure::LaneResults results = lanes_.so_far();
  image.registers = std::move(results.registers);
  if (predicted_ == image.header) image.sha256 = results.file_sha256;
  return image;
}

AssembledImage Assembler::finish() && {
  AssembledImage image = so_far();
  (void)std::move(writer_).finish();
  return image;
}

}  // namespace reproduce::build
