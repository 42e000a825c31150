#pragma once

/// The one way to say "cannot go on". An answer that is no (registers differ)
/// is a return value and never an Error.

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace reproduce {

/// What kind of trouble it is. Decisions (the exit code first of all) depend on
/// the kind, never on the words.
enum class ErrorKind {
  usage,        ///< the command line, a manifest or a lock asks for something impossible
  malformed,    ///< an input breaks its own format
  untrusted,    ///< a signature, a certificate chain or a pin does not hold
  environment,  ///< I/O, space, permissions
  bug           ///< an invariant of reproduce itself is broken
};

/// A line of a text file that people wrote, for errors with a caret.
struct SourceLine {
  std::uint32_t line = 0;    ///< from 1
  std::uint32_t column = 0;  ///< from 1, in characters; 0: no caret
  std::string text{};        ///< the line itself, without its newline
};

/// Everything a person needs to act. Empty members are not shown. Values may be
/// hostile bytes: whoever prints them escapes them.
struct ErrorContext {
  std::string file{};
  std::optional<std::uint64_t> offset{};  ///< bytes from the start of `file`
  std::optional<SourceLine> source{};
  std::string where{};  ///< what lies at that place, such as "section header 3"
  std::string expected{};
  std::string got{};
  std::string hint{};  ///< what to do about it
};

class Error : public std::runtime_error {
 public:
  /// `what_failed`: lower case, no full stop, without the place.
  Error(ErrorKind kind, const std::string& what_failed, ErrorContext context = {})
      : std::runtime_error(what_failed), kind_(kind), context_(std::move(context)) {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }
  [[nodiscard]] const ErrorContext& context() const noexcept { return context_; }

  /// For callers that know the file and rethrow. An inner file stays.
  void set_file_if_unknown(const std::string& file) {
    if (context_.file.empty()) context_.file = file;
  }

  /// For callers that know how far they had read. An inner offset stays.
  void set_offset_if_unknown(std::uint64_t offset) {
    if (!context_.offset) context_.offset = offset;
  }

 private:
  ErrorKind kind_;
  ErrorContext context_;
};

}  // namespace reproduce
