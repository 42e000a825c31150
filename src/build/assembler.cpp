#include "reproduce/build/assembler.hpp"

#include <algorithm>
#include <utility>

namespace reproduce::build {
namespace {

/// Each telling may wake another process.
constexpr std::uint64_t tell_every = std::uint64_t{8} << 20;

}  // namespace

Assembler::Assembler(PatchableSink& out, const eif::HeaderChoices& choices,
                     std::optional<eif::Header> predicted, ProgressCallback progress)
    : out_(out),
      framing_(choices, predicted),
      predicted_(predicted),
      progress_(std::move(progress)),
      lanes_(/*with_file_digest=*/predicted_.has_value(), &out_) {
  lanes_.write(framing_.header(), measure::Part::unmeasured);
}

void Assembler::begin_section(eif::SectionType type) {
  lanes_.write(framing_.begin_section(type), measure::Part::unmeasured);
  part_ = measure::part_of(type, ramdisks_);
  if (type == eif::SectionType::ramdisk) ++ramdisks_;
  tell();
}

void Assembler::flush() {
  if (filled_ == 0) return;
  const std::size_t size = std::exchange(filled_, 0);
  lanes_.commit(size, part_);  // hashed and written while this thread checksums
  framing_.payload(ByteView(chunk_).first(size));
  if (framing_.size() - told_ >= tell_every) tell();
}

void Assembler::tell() {
  told_ = framing_.size();
  if (progress_) progress_(told_);
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
  framing_.end_section();
}

AssembledImage Assembler::so_far() {
  AssembledImage image;
  image.header = framing_.header_so_far();
  image.size = framing_.size();
  measure::LaneResults results = lanes_.so_far();
  image.registers = std::move(results.registers);
  if (predicted_ == image.header) image.sha256 = results.file_sha256;
  return image;
}

AssembledImage Assembler::finish() && {
  AssembledImage image = so_far();  // from here on nobody else writes
  for (const auto& [offset, bytes] : framing_.corrections()) out_.write_at(offset, bytes);
  tell();
  return image;
}

}  // namespace reproduce::build
