#include "console_output.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <unistd.h>

#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::boot {
namespace {

/// How many bytes at the end may be the beginning of a longer UTF-8 character.
std::size_t unfinished_character(std::string_view text) {
  constexpr std::size_t longest = 4;
  for (std::size_t back = 1; back < longest && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xc0U) == 0x80U) continue;  // goes on with a character
    const std::size_t length = byte >= 0xf0U ? 4 : byte >= 0xe0U ? 3 : byte >= 0xc0U ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

std::string shown(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t at = std::min(text.find_first_of("\n\t"), text.size());
    std::string_view plain = text.substr(0, at);
    const bool ends_line = at < text.size() && text[at] == '\n';
    while (ends_line && plain.ends_with('\r')) plain.remove_suffix(1);
    result += printable(plain);
    if (at < text.size()) result += text[at];
    text.remove_prefix(std::min(at + 1, text.size()));
  }
  return result;
}

}  // namespace

std::string ConsoleText::take(ByteView bytes) {
  rest_ += as_text(bytes);
  std::size_t kept = unfinished_character(rest_);
  if (kept == 0 && rest_.ends_with('\r')) kept = rest_.size() - rest_.find_last_not_of('\r') - 1;
  if (kept > most_kept) kept = 0;
  const std::size_t whole = rest_.size() - kept;
  std::string text = shown(std::string_view(rest_).substr(0, whole));
  rest_.erase(0, whole);
  return text;
}

std::string ConsoleText::finish() {
  std::string text = shown(rest_);
  rest_.clear();
  return text;
}

void ConsoleOutput::add(ByteView bytes) {
  queue_ += is_seen_ ? text_.take(bytes) : std::string(as_text(bytes));
}

void ConsoleOutput::finish() {
  queue_ += text_.finish();
}

void ConsoleOutput::write_some() {
  // A pipe that can take anything can take so much (pipe(7)).
  const ssize_t count =
      ::write(descriptor_, queue_.data(), std::min<std::size_t>(queue_.size(), PIPE_BUF));
  if (count < 0 && errno != EINTR && errno != EAGAIN)
    throw_io_error("write", "the guest's console", errno);
  if (count > 0) queue_.erase(0, static_cast<std::size_t>(count));
}

}  // namespace reproduce::boot
