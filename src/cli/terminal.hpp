#pragma once

/// The only writer to the terminal. stdout is the answer, stderr the story: a
/// pipe that takes the answer never carries a warning or a progress line.

#include <cstdint>
#include <string>
#include <string_view>

#include "reproduce/base/error.hpp"

namespace reproduce::cli {

/// What `--trace` says without a file.
inline constexpr const char* trace_to_stderr = "stderr";

/// What every verb understands, as the command line had it.
struct CommonOptions {
  bool json = false;
  bool quiet = false;
  bool verbose = false;
  std::string color = "auto";     ///< auto, always, never
  std::string progress = "auto";  ///< auto, never
  std::string trace;              ///< empty, trace_to_stderr or a file
};

enum class Colour { plain, bold, green, red, yellow };

class Terminal {
 public:
  /// Reads what the two streams are, and NO_COLOR and TERM, once.
  explicit Terminal(const CommonOptions& options);

  /// The answer, to stdout. `text` ends its own lines. Error{environment} when
  /// stdout cannot take it: an answer that did not arrive is no answer.
  void answer(std::string_view text) const;

  /// As answer(), for people only: nothing under --quiet or --json.
  void answer_to_people(std::string_view text) const;

  /// One line of the story, to stderr; nothing under --quiet.
  void note(std::string_view line) const;

  /// "warning: ...", to stderr; nothing under --quiet.
  void warning(std::string_view line) const;

  /// An error as people read it, to stderr, also under --quiet; under --json
  /// as the one document on stdout instead.
  void error(const Error& error) const;

  /// `text` in `colour` when stdout shows colours. Never the only carrier of a meaning.
  [[nodiscard]] std::string paint(std::string_view text, Colour colour) const;

  [[nodiscard]] bool json() const noexcept { return json_; }
  [[nodiscard]] bool quiet() const noexcept { return quiet_; }
  [[nodiscard]] bool verbose() const noexcept { return verbose_; }
  [[nodiscard]] bool stdout_is_terminal() const noexcept { return stdout_is_terminal_; }
  [[nodiscard]] bool shows_progress() const noexcept { return shows_progress_; }
  [[nodiscard]] unsigned width() const noexcept { return width_; }

  /// To stderr as it is, for the progress line alone.
  void draw(std::string_view text) const noexcept;

 private:
  bool json_ = false;
  bool quiet_ = false;
  bool verbose_ = false;
  bool stdout_is_terminal_ = false;
  bool colours_stdout_ = false;
  bool colours_stderr_ = false;
  bool shows_progress_ = false;
  unsigned width_ = 80;
};

/// The lines under "error:", shared with tests. `colours`: paint the first word.
[[nodiscard]] std::string error_text(const Error& error, bool colours);

/// The document that --json prints for a failure, with a newline. `indent` -1: on one line.
[[nodiscard]] std::string error_json(const Error& error, int indent = 2);

}  // namespace reproduce::cli
