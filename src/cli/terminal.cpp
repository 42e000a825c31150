#include "terminal.hpp"

#include <cstdlib>

#include <sys/ioctl.h>
#include <unistd.h>

#include "exit_code.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::cli {
namespace {

std::string environment_value(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): one thread yet
  return value == nullptr ? std::string() : std::string(value);
}

bool use_colours(const std::string& choice, int fd) {
  if (choice == "always") return true;
  if (choice == "never") return false;
  if (!environment_value("NO_COLOR").empty() || environment_value("TERM") == "dumb") return false;
  return ::isatty(fd) == 1;
}

std::string_view escape_of(Colour colour) {
  switch (colour) {
    case Colour::plain:
      return "";
    case Colour::bold:
      return "\x1b[1m";
    case Colour::green:
      return "\x1b[32m";
    case Colour::red:
      return "\x1b[31m";
    case Colour::yellow:
      return "\x1b[33m";
  }
  return "";
}

std::string painted(std::string_view text, Colour colour, bool colours) {
  if (!colours || colour == Colour::plain) return std::string(text);
  return std::string(escape_of(colour)) + std::string(text) + "\x1b[0m";
}

/// `  --> 'app.eif' at offset 0x7a2000 (section header)`, or nothing.
std::string place_text(const ErrorContext& context) {
  if (context.file.empty() && !context.offset && context.where.empty()) return {};
  std::string line = "  -->";
  if (!context.file.empty()) line += " " + quote(context.file);
  if (context.source) line += " line " + std::to_string(context.source->line);
  if (context.offset) line += " at offset " + hex_number(*context.offset);
  if (!context.where.empty())
    line +=
        line == "  -->" ? " " + printable(context.where) : " (" + printable(context.where) + ")";
  return line + "\n";
}

/// The line of a manifest with a caret below the place.
std::string source_text(const SourceLine& source) {
  std::string text = "        " + printable(source.text) + "\n";
  if (source.column == 0) return text;
  const std::string_view before = first_characters(source.text, source.column - 1);
  return text + "        " + std::string(display_width(before), ' ') + "^\n";
}

}  // namespace

Terminal::Terminal(const CommonOptions& options)
    : json_(options.json),
      quiet_(options.quiet),
      verbose_(options.verbose),
      stdout_is_terminal_(::isatty(STDOUT_FILENO) == 1),
      colours_stdout_(!options.json && use_colours(options.color, STDOUT_FILENO)),
      colours_stderr_(use_colours(options.color, STDERR_FILENO)),
      shows_progress_(!options.quiet && options.progress != "never" &&
                      ::isatty(STDERR_FILENO) == 1) {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) width_ = size.ws_col;
}

void Terminal::answer(std::string_view text) const {
  DescriptorSink(STDOUT_FILENO, "standard output").write(as_bytes(text));
}

void Terminal::answer_to_people(std::string_view text) const {
  if (!quiet_ && !json_) answer(text);
}

void Terminal::draw(std::string_view text) const noexcept {
  // The story is a courtesy: if stderr is closed, the work goes on.
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void Terminal::note(std::string_view line) const {
  if (!quiet_) draw(std::string(line) + "\n");
}

void Terminal::warning(std::string_view line) const {
  if (!quiet_)
    draw(painted("warning:", Colour::yellow, colours_stderr_) + " " + std::string(line) + "\n");
}

void Terminal::error(const Error& error) const {
  if (json_) {
    answer(error_json(error));
  } else {
    draw(error_text(error, colours_stderr_));
  }
}

std::string Terminal::paint(std::string_view text, Colour colour) const {
  return painted(text, colour, colours_stdout_);
}

std::string error_text(const Error& error, bool colours) {
  const ErrorContext& context = error.context();
  std::string text = painted("error:", Colour::red, colours) + " " + error.what() + "\n";
  text += place_text(context);
  if (context.source) text += source_text(*context.source);
  if (!context.expected.empty()) text += "  expected: " + printable(context.expected) + "\n";
  if (!context.got.empty()) text += "  got:      " + printable(context.got) + "\n";
  if (!context.hint.empty()) text += "  hint: " + context.hint + "\n";
  return text;
}

std::string error_json(const Error& error, int indent) {
  using nlohmann::ordered_json;
  const ErrorContext& context = error.context();
  ordered_json root{{"schema", "reproduce/error/1"},
                    {"exit_code", static_cast<int>(exit_code_of(error.kind()))},
                    {"kind", name_of(error.kind())},
                    {"message", error.what()}};
  if (!context.file.empty()) root["file"] = printable(context.file);
  if (context.source) root["line"] = context.source->line;
  if (context.source && context.source->column != 0) root["column"] = context.source->column;
  if (context.offset) root["offset"] = *context.offset;
  if (!context.where.empty()) root["where"] = printable(context.where);
  if (!context.expected.empty()) root["expected"] = printable(context.expected);
  if (!context.got.empty()) root["got"] = printable(context.got);
  if (!context.hint.empty()) root["hint"] = context.hint;
  return root.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace reproduce::cli
