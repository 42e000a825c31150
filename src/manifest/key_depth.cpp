#include "key_depth.hpp"

#include <algorithm>
#include <string>

namespace reproduce::manifest {
namespace {

constexpr unsigned max_parts = 16;

/// Walks TOML text just well enough to tell keys from strings and comments. Text that is no
/// TOML may confuse it, and is refused by the parser afterwards.
class KeyWalk {
 public:
  KeyWalk(const ErrorSite& site, std::string_view text) : site_(site), text_(text) {}

  void run() {
    while (at_ < text_.size()) step();
  }

 private:
  void step() {
    const char c = text_[at_];
    if (c == '"' || c == '\'') {
      skip_string(c);
    } else if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      count(c);
      ++at_;
    }
  }

  void count(char c) {
    constexpr std::string_view ends_of_keys = "\n=,{}[]";
    if (ends_of_keys.find(c) != std::string_view::npos) dots_ = 0;
    if (c == '.' && ++dots_ == max_parts) fail();
  }

  [[noreturn]] void fail() const {
    const std::string_view before = text_.substr(0, at_);
    const auto newlines = std::count(before.begin(), before.end(), '\n');
    site_.fail({.line = static_cast<std::uint32_t>(newlines) + 1, .column = 1},
               "a key has more than 16 parts");
  }

  void skip_string(char mark) {
    const bool multi_line = text_.substr(at_).starts_with(std::string(3, mark));
    const std::string end(multi_line ? 3 : 1, mark);
    at_ += end.size();
    while (at_ < text_.size() && !text_.substr(at_).starts_with(end)) {
      if (!multi_line && text_[at_] == '\n') return;
      const bool escapes = mark == '"' && text_[at_] == '\\';
      at_ += escapes ? std::size_t{2} : std::size_t{1};
    }
    at_ = std::min(at_ + end.size(), text_.size());
  }

  const ErrorSite& site_;
  std::string_view text_;
  std::size_t at_ = 0;
  unsigned dots_ = 0;
};

}  // namespace

void refuse_deep_keys(const ErrorSite& site, std::string_view text) {
  KeyWalk(site, text).run();
}

}  // namespace reproduce::manifest
