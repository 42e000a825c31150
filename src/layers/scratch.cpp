#include "scratch.hpp"

#include <algorithm>
#include <cerrno>
#include <span>
#include <utility>

#include <unistd.h>

namespace reproduce::layers {
namespace {

constexpr const char* scratch_name = "scratch file";

class ScratchSource final : public Source {
 public:
  ScratchSource(std::shared_ptr<const UniqueFd> file, std::uint64_t offset, std::uint64_t size)
      : file_(std::move(file)), offset_(offset), left_(size) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
    if (wanted == 0) return 0;
    for (;;) {
      const ssize_t got = ::pread(file_->get(), buffer.data(), wanted, static_cast<off_t>(offset_));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw_io_error("read the", scratch_name, errno);
      offset_ += static_cast<std::uint64_t>(got);
      left_ -= static_cast<std::uint64_t>(got);
      return static_cast<std::size_t>(got);
    }
  }

 private:
  std::shared_ptr<const UniqueFd> file_;  // a source may outlive the tree that it came from
  std::uint64_t offset_;
  std::uint64_t left_;
};

class ScratchContent final : public tree::Content {
 public:
  ScratchContent(std::shared_ptr<const UniqueFd> file, std::uint64_t offset, std::uint64_t size)
      : file_(std::move(file)), offset_(offset), size_(size) {}

  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
  [[nodiscard]] std::unique_ptr<Source> open() const override {
    return std::make_unique<ScratchSource>(file_, offset_, size_);
  }

 private:
  std::shared_ptr<const UniqueFd> file_;
  std::uint64_t offset_;
  std::uint64_t size_;
};

}  // namespace

Scratch::Scratch(const std::filesystem::path& folder)
    : file_(std::make_shared<const UniqueFd>(open_scratch_file(folder))),
      writer_(file_->get(), scratch_name),
      buffered_(writer_) {}

void Scratch::skip(std::uint64_t bytes) {
  buffered_.flush();
  skipped_ += bytes;
  const std::uint64_t position = buffered_.position() + skipped_;
  if (!std::in_range<off_t>(position)) throw_io_error("write the", scratch_name, EFBIG);
  if (::lseek(file_->get(), static_cast<off_t>(position), SEEK_SET) < 0)
    throw_io_error("write the", scratch_name, errno);
}

void Scratch::close() {
  buffered_.flush();
  // A hole at the end is part of the file only once the file is that long.
  const std::uint64_t size = buffered_.position() + skipped_;
  if (skipped_ != 0 && ::ftruncate(file_->get(), static_cast<off_t>(size)) != 0)
    throw_io_error("write the", scratch_name, errno);
}

tree::ContentPtr Scratch::take() {
  const std::uint64_t offset = std::exchange(taken_, buffered_.position() + skipped_);
  return std::make_shared<const ScratchContent>(file_, offset, taken_ - offset);
}

}  // namespace reproduce::layers
