#pragma once

/// What a guest's console tells: how the app ended, and the document that a guest shows.
///
///     init: the app exited with status N               one of these, at the end of a line:
///     init: the app was killed by signal N (NAME)      the last one counts
///     init: the app was not started: status N
///
///     attestation begin                                a block of whole lines; lines of another
///     attestation BASE64                               beginning may stand between, such as the
///     attestation BASE64                               kernel's
///     attestation end
///
/// Sources: docs/formats/init.md, docs/formats/run.md. Every byte of a console may be hostile, and
/// who can write to it can write these lines: they are the word of the image and of nobody else.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reproduce/base/bytes.hpp"

namespace reproduce::boot {

struct AppEnd {
  enum class Kind { exited, killed, not_started };
  Kind kind = Kind::exited;
  std::uint32_t number = 0;  ///< exit status to 255; signal, 1 to 64; 125 to 127

  /// As a shell says it: the status, or 128 and the signal.
  [[nodiscard]] int status() const noexcept;

  bool operator==(const AppEnd&) const = default;
};

/// "exited with status 3", "was killed by signal 9", "was not started: status 127".
[[nodiscard]] std::string words(const AppEnd& end);

/// A block between the two marks that is complete. Any but the last is forgotten.
struct ShownDocument {
  std::optional<Bytes> bytes;  ///< nothing: it is no base64, or larger than any document
};

/// Takes a console's bytes in pieces of any size; memory: one document and one line of it.
class ConsoleWatcher {
 public:
  void take(ByteView bytes);

  /// The console has ended; what it left of a line counts.
  void finish();

  [[nodiscard]] const std::optional<AppEnd>& app_end() const noexcept { return app_end_; }
  [[nodiscard]] const std::optional<ShownDocument>& document() const noexcept { return document_; }
  /// Whether the kernel has said that it gives up.
  [[nodiscard]] bool kernel_panicked() const noexcept { return kernel_panicked_; }

 private:
  void add_to_line(std::string_view text);
  void end_line();
  void take_document_line(std::string_view rest);

  std::string line_;
  bool line_is_cut_ = false;               // its beginning was dropped
  std::optional<std::string> unfinished_;  // base64 of the open block
  std::optional<AppEnd> app_end_;
  std::optional<ShownDocument> document_;
  bool kernel_panicked_ = false;
};

}  // namespace reproduce::boot
