#pragma once

/// Bytes that can be read at any place, for what does not come in order.

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/stream.hpp"

namespace reproduce {

class RandomAccess {
 public:
  RandomAccess() = default;
  RandomAccess(const RandomAccess&) = delete;
  RandomAccess& operator=(const RandomAccess&) = delete;
  RandomAccess(RandomAccess&&) = delete;
  RandomAccess& operator=(RandomAccess&&) = delete;
  virtual ~RandomAccess() = default;

  /// Bytes there were when it was opened.
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;

  /// Fills `buffer` with the bytes from `offset` on; returns how many there
  /// were, which is fewer than asked for only at the end.
  [[nodiscard]] virtual std::size_t read_at(std::uint64_t offset,
                                            std::span<std::uint8_t> buffer) const = 0;
};

/// A file that can seek; pipes and devices are Error{environment}.
class RandomAccessFile final : public RandomAccess {
 public:
  RandomAccessFile(UniqueFd fd, std::string name);
  explicit RandomAccessFile(const std::filesystem::path& path);

  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }
  [[nodiscard]] std::size_t read_at(std::uint64_t offset,
                                    std::span<std::uint8_t> buffer) const override;

 private:
  UniqueFd fd_;
  std::string name_;
  std::uint64_t size_ = 0;
};

/// Bytes in memory, which must outlive it.
class RandomAccessBytes final : public RandomAccess {
 public:
  explicit RandomAccessBytes(ByteView bytes) noexcept : bytes_(bytes) {}

  [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }
  [[nodiscard]] std::size_t read_at(std::uint64_t offset,
                                    std::span<std::uint8_t> buffer) const override;

 private:
  ByteView bytes_;
};

/// A stretch of bytes as a stream; it ends earlier where they do. They must
/// outlive it.
class RangeSource final : public Source {
 public:
  RangeSource(const RandomAccess& bytes, std::uint64_t offset, std::uint64_t size) noexcept
      : bytes_(bytes), offset_(offset), left_(size) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;

  /// Passes over `count` bytes, or those that are left, without reading them; says how many.
  std::uint64_t skip(std::uint64_t count) noexcept;

 private:
  const RandomAccess& bytes_;
  std::uint64_t offset_;
  std::uint64_t left_;
};

}  // namespace reproduce
