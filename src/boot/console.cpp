#include "reproduce/boot/console.hpp"

#include <utility>

#include "reproduce/attestation/encoding.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::boot {
namespace {

constexpr std::size_t longest_line = 4096;          // base64 has 76 characters a line by custom
constexpr std::size_t kept_of_a_longer_line = 256;  // holds the longest line of init
constexpr std::size_t longest_base64 = attestation::largest_document / 3 * 4 + 4;

/// Takes `words` off the front of `text`.
bool skip(std::string_view& text, std::string_view words) {
  if (!text.starts_with(words)) return false;
  text.remove_prefix(words.size());
  return true;
}

std::optional<AppEnd> numbered(AppEnd::Kind kind, std::string_view number, std::uint32_t least,
                               std::uint32_t most) {
  const std::optional<std::uint64_t> value = parse_decimal(number);
  if (!value || *value < least || *value > most) return std::nullopt;
  return AppEnd{kind, static_cast<std::uint32_t>(*value)};
}

/// What an app leaves of a line stands before init's words, so these are looked for at the end.
std::optional<AppEnd> parse_app_end(std::string_view line) {
  constexpr std::string_view beginning = "init: the app ";
  const std::size_t at = line.rfind(beginning);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view rest = line.substr(at + beginning.size());
  if (skip(rest, "exited with status ")) return numbered(AppEnd::Kind::exited, rest, 0, 255);
  if (skip(rest, "was not started: status "))
    return numbered(AppEnd::Kind::not_started, rest, 125, 127);
  if (!skip(rest, "was killed by signal ")) return std::nullopt;
  const std::size_t name = rest.find(" (");
  if (name != std::string_view::npos && !rest.ends_with(')')) return std::nullopt;
  return numbered(AppEnd::Kind::killed, rest.substr(0, name), 1, 64);
}

}  // namespace

int AppEnd::status() const noexcept {
  constexpr int signal_base = 128;
  return static_cast<int>(number) + (kind == Kind::killed ? signal_base : 0);
}

std::string words(const AppEnd& end) {
  const std::string number = std::to_string(end.number);
  switch (end.kind) {
    case AppEnd::Kind::exited:
      return "exited with status " + number;
    case AppEnd::Kind::killed:
      return "was killed by signal " + number;
    case AppEnd::Kind::not_started:
      return "was not started: status " + number;
  }
  return {};
}

void ConsoleWatcher::take(ByteView bytes) {
  std::string_view text = as_text(bytes);
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n')) {
    add_to_line(text.substr(0, at));
    end_line();
    text.remove_prefix(at + 1);
  }
  add_to_line(text);
}

void ConsoleWatcher::finish() {
  end_line();
}

void ConsoleWatcher::add_to_line(std::string_view text) {
  if (text.size() > longest_line) {
    line_is_cut_ = true;
    text.remove_prefix(text.size() - longest_line);
  }
  line_ += text;
  if (line_.size() <= longest_line) return;
  line_is_cut_ = true;
  line_.erase(0, line_.size() - kept_of_a_longer_line);
}

void ConsoleWatcher::end_line() {
  const std::string line = std::exchange(line_, {});
  const bool is_cut = std::exchange(line_is_cut_, false);
  std::string_view text = line;
  while (text.ends_with('\r')) text.remove_suffix(1);
  if (const std::optional<AppEnd> end = parse_app_end(text)) app_end_ = end;
  if (text.find("Kernel panic - not syncing") != std::string_view::npos) kernel_panicked_ = true;
  if (!is_cut && skip(text, "attestation ")) take_document_line(text);
}

void ConsoleWatcher::take_document_line(std::string_view rest) {
  if (rest == "begin") {
    unfinished_.emplace();
  } else if (rest == "end") {
    if (!unfinished_) return;
    document_.emplace();
    if (!unfinished_->empty() && unfinished_->size() <= longest_base64)
      document_->bytes = from_base64(*unfinished_);
    unfinished_.reset();
  } else if (unfinished_ && unfinished_->size() <= longest_base64) {
    *unfinished_ += rest;
  }
}

}  // namespace reproduce::boot
