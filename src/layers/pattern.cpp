#include "pattern.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/layers/member.hpp"

namespace reproduce::layers {
namespace {

std::size_t index_of(char c) {
  return static_cast<unsigned char>(c);
}

[[noreturn]] void throw_unfinished(std::string_view text, const char* what) {
  throw Error(ErrorKind::usage, "the pattern " + quote(text) + " ends " + what,
              {.hint = "write \\[ or \\\\ for the character itself"});
}

/// The byte at text[at], or the one behind a backslash there; `at` moves behind it.
std::size_t read_byte_of_set(std::string_view text, std::size_t& at) {
  if (at < text.size() && text[at] == '\\') ++at;
  if (at >= text.size()) throw_unfinished(text, "within a [");
  return index_of(text[at++]);
}

/// The set at text[at], which is a `[`; `at` moves behind its `]`.
std::bitset<256> read_set(std::string_view text, std::size_t& at) {
  std::bitset<256> set;
  ++at;
  const bool others = text.substr(at, 1) == "!" || text.substr(at, 1) == "^";
  if (others) ++at;
  do {
    const std::size_t low = read_byte_of_set(text, at);
    std::size_t high = low;
    if (text.substr(at, 1) == "-" && text.substr(at + 1, 1) != "]") {
      ++at;
      high = read_byte_of_set(text, at);
    }
    for (std::size_t byte = low; byte <= high; ++byte) set.set(byte);
  } while (text.substr(at, 1) != "]");
  ++at;
  if (others) set.flip();
  set.reset(index_of('/'));
  return set;
}

}  // namespace

Pattern::Pattern(std::string_view text) {
  for (std::string_view rest = text;;) {
    const std::size_t slash = rest.find('/');
    const bool was_literal = is_literal_;
    add_part(rest.substr(0, slash));
    if (slash == rest.npos) break;
    if (is_literal_ && was_literal) folder_ = text_;
    if (is_literal_) text_ += '/';
    rest.remove_prefix(slash + 1);
  }
}

void Pattern::add_part(std::string_view text) {
  if (text.empty()) throw Error(ErrorKind::usage, "a pattern for paths has an empty part");
  Part part;
  for (std::size_t i = 0; text != "**" && i < text.size();) {
    Token token;
    if (text[i] == '*') {
      token.is_run = true;
      ++i;
    } else if (text[i] == '?') {
      token.bytes.set().reset(index_of('/'));
      ++i;
    } else if (text[i] == '[') {
      token.bytes = read_set(text, i);
    } else {
      if (text[i] == '\\' && ++i == text.size()) throw_unfinished(text, "after a \\");
      token.bytes.set(index_of(text[i]));
      text_ += text[i];
      ++i;
      part.push_back(token);
      continue;
    }
    is_literal_ = false;
    part.push_back(token);
  }
  if (text == "**") is_literal_ = false;
  parts_.push_back(std::move(part));
}

/// Only the latest run needs to be tried longer: what an earlier one could take instead, the
/// latest can take as well. So the work is at most the product of the lengths.
bool Pattern::part_matches(const Part& part, std::string_view name) {
  std::size_t token = 0;
  std::size_t at = 0;
  std::size_t run = part.size();  // none yet
  std::size_t run_end = 0;
  while (at < name.size()) {
    if (token < part.size() && part[token].is_run) {
      run = token++;
      run_end = at;
    } else if (token < part.size() && part[token].bytes.test(index_of(name[at]))) {
      ++token;
      ++at;
    } else if (run < part.size()) {
      token = run + 1;
      at = ++run_end;
    } else {
      return false;
    }
  }
  while (token < part.size() && part[token].is_run) ++token;
  return token == part.size();
}

/// Which of the pattern's first parts the path's first parts can be, part after part.
bool Pattern::matches(std::string_view path) const {
  std::vector<bool> reached(parts_.size() + 1);
  const auto pass_empty_runs = [&] {
    for (std::size_t i = 0; i < parts_.size(); ++i)
      if (reached[i] && parts_[i].empty()) reached[i + 1] = true;
  };
  reached[0] = true;
  pass_empty_runs();
  for (std::string_view rest = path;;) {
    const std::size_t slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    std::vector<bool> next(parts_.size() + 1);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      if (!reached[i]) continue;
      if (parts_[i].empty())
        next[i] = true;
      else if (part_matches(parts_[i], name))
        next[i + 1] = true;
    }
    reached = std::move(next);
    pass_empty_runs();
    if (slash == rest.npos) return reached.back();
    rest.remove_prefix(slash + 1);
  }
}

bool Pattern::matches_name(std::string_view name) const {
  return !parts_.back().empty() && part_matches(parts_.back(), name);
}

bool matches_pattern(std::string_view pattern, std::string_view path) {
  return Pattern(pattern).matches(path);
}

}  // namespace reproduce::layers
