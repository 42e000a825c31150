#pragma once

/// What a confined child tells its parent over a pipe. The parent believes none of it.

#include <cstdint>
#include <mutex>
#include <optional>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/sandbox/report.hpp"

namespace reproduce::sandbox {

enum class MessageKind : std::uint8_t {
  report = 1,    ///< once, first
  progress = 2,  ///< 8 bytes, big-endian
  result = 3,    ///< a piece of the result
  failure = 4,   ///< an Error; nothing follows
  end = 5,       ///< the result is complete; nothing follows
  question = 6   ///< for the parent, which says a result or a failure on another pipe
};

/// On the pipe: kind (1 byte), size of the payload (4 bytes, big-endian), payload.
struct Message {
  MessageKind kind = MessageKind::end;
  Bytes payload;
};

/// An Error's texts are cut at 64 KiB each, so that all of them fit.
inline constexpr std::uint32_t largest_text = std::uint32_t{1} << 16;
inline constexpr std::uint32_t largest_payload = std::uint32_t{1} << 19;

/// Writes messages to a pipe; several threads may.
class MessageWriter {
 public:
  explicit MessageWriter(UniqueFd pipe) noexcept : pipe_(std::move(pipe)) {}

  /// Error{bug} when the payload is too large, Error{environment} when the pipe is broken.
  void send(MessageKind kind, ByteView payload);

 private:
  std::mutex mutex_;
  UniqueFd pipe_;
};

/// Reads messages from a pipe into bounded memory.
class MessageReader {
 public:
  explicit MessageReader(UniqueFd pipe) noexcept : pipe_(std::move(pipe)) {}

  /// The next message; nothing at the end of the stream, also when that comes amid
  /// a message. Error{bug} when the kind is unknown or the size beyond the limit.
  [[nodiscard]] std::optional<Message> next();

  /// Whether the stream ended amid a message.
  [[nodiscard]] bool was_cut_short() const noexcept { return cut_short_; }

 private:
  [[nodiscard]] bool fill(std::span<std::uint8_t> buffer);

  UniqueFd pipe_;
  bool cut_short_ = false;
};

/// kind (1), what, file, has offset (1) [offset (8)], has line (1) [line (4), column (4), text],
/// where, expected, got, hint; a text is its size (4) and its bytes.
[[nodiscard]] Bytes encode_error(const Error& error);

/// The Error in a message's payload; Error{bug} is thrown when there is none. What
/// failed comes out fit for a terminal, whoever wrote it.
[[nodiscard]] Error decode_error(ByteView payload);

[[nodiscard]] Bytes encode_report(const Report& report);
[[nodiscard]] Report decode_report(ByteView payload);

/// The payload of MessageKind::progress.
[[nodiscard]] std::uint64_t decode_progress(ByteView payload);

}  // namespace reproduce::sandbox
