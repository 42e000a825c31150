#pragma once

/// Bytes that flow: everything above 1 MiB is read and written through these.

#include <cstdint>
#include <span>
#include <string_view>

#include "reproduce/base/bytes.hpp"

namespace reproduce {

/// Where bytes come from.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  Source(Source&&) = delete;
  Source& operator=(Source&&) = delete;
  virtual ~Source() = default;

  /// Fills the front of `buffer` and says how much of it; 0 means the end (or
  /// an empty buffer). Fewer bytes than asked for do not mean the end.
  [[nodiscard]] virtual std::size_t read(std::span<std::uint8_t> buffer) = 0;
};

/// Where bytes go.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  Sink(Sink&&) = delete;
  Sink& operator=(Sink&&) = delete;
  virtual ~Sink() = default;

  /// Takes all of `bytes` or throws.
  virtual void write(ByteView bytes) = 0;
};

/// A sink whose earlier bytes can still be changed.
class PatchableSink : public Sink {
 public:
  /// Overwrites bytes that were written before.
  virtual void write_at(std::uint64_t offset, ByteView bytes) = 0;
};

/// Takes everything and keeps nothing.
class NullSink final : public PatchableSink {
 public:
  void write(ByteView /*bytes*/) override {}
  void write_at(std::uint64_t /*offset*/, ByteView /*bytes*/) override {}
};

/// The default size of the pieces in which streams are moved.
inline constexpr std::size_t chunk_size = std::size_t{1} << 18;

/// Moves everything from `source` to `sink`; returns how many bytes that was.
std::uint64_t copy(Source& source, Sink& sink);

/// Fills `buffer` unless the source ends before; returns how much was filled.
[[nodiscard]] std::size_t read_up_to(Source& source, std::span<std::uint8_t> buffer);

/// Everything from `source`, at most `limit` bytes: Error{malformed} naming
/// `what` when there is more.
[[nodiscard]] Bytes read_all(Source& source, std::uint64_t limit, std::string_view what);

/// Reads bytes in memory. They must outlive the source.
class MemorySource final : public Source {
 public:
  explicit MemorySource(ByteView bytes) noexcept : rest_(bytes) {}
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;

 private:
  ByteView rest_;
};

/// Keeps what is written.
class MemorySink final : public Sink {
 public:
  void write(ByteView bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  [[nodiscard]] const Bytes& bytes() const noexcept { return bytes_; }

 private:
  Bytes bytes_;
};

}  // namespace reproduce
