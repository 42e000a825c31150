#include "reproduce/layers/attributes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::layers {
namespace {

using tree::Entry;
using tree::EntryType;

constexpr std::string_view first_line = "reproduce-attributes/1";
constexpr std::string_view link_word = "link";
constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::uint32_t all_mode_bits = 07777;
constexpr int octal = 8;

constexpr std::array<std::pair<EntryType, std::string_view>, 7> type_words{{
    {EntryType::directory, "folder"},
    {EntryType::regular, "file"},
    {EntryType::symlink, "symlink"},
    {EntryType::character_device, "char"},
    {EntryType::block_device, "block"},
    {EntryType::fifo, "fifo"},
    {EntryType::socket, "socket"},
}};

bool is_device(EntryType type) {
  return type == EntryType::character_device || type == EntryType::block_device;
}

std::string_view word_for(EntryType type) {
  const auto found = std::find_if(type_words.begin(), type_words.end(),
                                  [type](const auto& pair) { return pair.first == type; });
  return found == type_words.end() ? std::string_view() : found->second;
}

bool is_plain(char c) {
  return c > ' ' && c < '\x7f' && c != '\\';
}

std::string escaped(std::string_view path) {
  std::string text;
  for (const char c : path) {
    if (is_plain(c)) {
      text += c;
      continue;
    }
    const auto byte = static_cast<std::uint8_t>(c);
    text += "\\x";
    text += hex_digits[byte >> 4U];
    text += hex_digits[byte & 0xfU];
  }
  return text;
}

std::string mode_text(std::uint32_t mode) {
  std::string text;
  for (int shift = 9; shift >= 0; shift -= 3) text += static_cast<char>('0' + (mode >> shift & 7U));
  return text;
}

/// Takes one line apart.
class LineReader {
 public:
  LineReader(std::string_view line, std::uint64_t offset) : rest_(line), offset_(offset) {}

  [[noreturn]] void fail(const std::string& what, const std::string& got) const {
    throw Error(ErrorKind::malformed, what,
                {.offset = offset_,
                 .expected = "TYPE MODE UID GID PATH, MAJOR MINOR behind it for devices, or link "
                             "PATH PATH",
                 .got = quote(got)});
  }

  std::string_view word() {
    const std::size_t end = std::min(rest_.find(' '), rest_.size());
    const std::string_view word = rest_.substr(0, end);
    if (word.empty()) fail("a line of the attributes has too few fields", std::string(rest_));
    rest_.remove_prefix(std::min(rest_.size(), end + 1));
    return word;
  }

  std::uint32_t number() {
    const std::string_view text = word();
    const auto number = parse_decimal(text);
    const bool is_canonical = text == "0" || text.front() != '0';
    if (!number || !is_canonical || *number > std::numeric_limits<std::uint32_t>::max())
      fail("a line of the attributes has a number that is none", std::string(text));
    return static_cast<std::uint32_t>(*number);
  }

  std::uint32_t mode() {
    const std::string_view text = word();
    std::uint32_t mode = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, mode, octal);
    if (text.size() != 4 || read.ec != std::errc() || read.ptr != end || mode > all_mode_bits)
      fail("a line of the attributes has a mode that is none", std::string(text));
    return mode;
  }

  std::string path() {
    const std::string_view text = word();
    std::string path;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (is_plain(text[i])) {
        path += text[i];
        continue;
      }
      // `\xNN`, of a byte that needs it: each path has one spelling.
      const bool is_escape = text.substr(i, 2) == "\\x" && i + 3 < text.size();
      const std::size_t high = is_escape ? hex_digits.find(text[i + 2]) : std::string_view::npos;
      const std::size_t low = is_escape ? hex_digits.find(text[i + 3]) : std::string_view::npos;
      if (high == std::string_view::npos || low == std::string_view::npos ||
          is_plain(static_cast<char>(high << 4U | low)))
        fail("a line of the attributes has a path that is not escaped as it must be",
             std::string(text));
      path += static_cast<char>(high << 4U | low);
      i += 3;
    }
    if (const auto fault = tree::path_fault(path))
      fail("a line of the attributes has a path that " + *fault, std::string(text));
    return path;
  }

  void finish() const {
    if (!rest_.empty()) fail("a line of the attributes has too many fields", std::string(rest_));
  }

 private:
  std::string_view rest_;
  std::uint64_t offset_;
};

Attribute parse_line(std::string_view line, std::uint64_t offset) {
  LineReader reader(line, offset);
  const std::string_view word = reader.word();
  Attribute attribute;
  if (word == link_word) {
    attribute.path = reader.path();
    attribute.link_to = reader.path();
    reader.finish();
    return attribute;
  }
  const auto type = std::find_if(type_words.begin(), type_words.end(),
                                 [word](const auto& pair) { return pair.second == word; });
  if (type == type_words.end())
    reader.fail("a line of the attributes has an unknown type", std::string(word));
  attribute.type = type->first;
  attribute.mode = reader.mode();
  attribute.uid = reader.number();
  attribute.gid = reader.number();
  attribute.path = reader.path();
  if (is_device(attribute.type)) {
    attribute.device_major = reader.number();
    attribute.device_minor = reader.number();
  }
  reader.finish();
  return attribute;
}

/// A list, by path.
using Lines = std::map<std::string_view, const Attribute*>;

void require_links(const Attributes& attributes, const Lines& lines) {
  for (const Attribute& attribute : attributes) {
    if (attribute.link_to.empty()) continue;
    const auto target = lines.find(attribute.link_to);
    if (target == lines.end() || !target->second->link_to.empty() ||
        target->second->type != EntryType::regular)
      throw Error(ErrorKind::malformed, "the attributes link " + quote(attribute.path) + " to " +
                                            quote(attribute.link_to) +
                                            ", which is no `file` of theirs");
  }
}

Lines lines_of(const Attributes& attributes) {
  Lines lines;
  for (const Attribute& attribute : attributes)
    if (!lines.emplace(attribute.path, &attribute).second)
      throw Error(ErrorKind::malformed,
                  "the attributes have two lines for " + quote(attribute.path));
  require_links(attributes, lines);
  return lines;
}

/// Joins a list with what is on the disk.
class Joiner {
 public:
  Joiner(const Attributes& attributes, tree::Tree folder)
      : attributes_(attributes), lines_(lines_of(attributes)), folder_(std::move(folder)) {
    for (const Attribute& attribute : attributes_)
      if (!attribute.link_to.empty())
        group_of_.try_emplace(attribute.link_to, group_of_.size() + 1);
  }

  tree::Tree run() && {
    for (const auto& [path, attribute] : lines_)
      entries_[std::string(path)] =
          attribute->link_to.empty() ? listed(*attribute) : linked(*attribute);
    for (const auto& [path, entry] : folder_.entries()) {
      Entry unlisted = entry;
      unlisted.link_group = 0;
      entries_.try_emplace(path, std::move(unlisted));
    }
    tree::Tree tree;
    for (auto& [path, entry] : entries_) tree.add(path, std::move(entry));
    return tree;
  }

 private:
  [[noreturn]] static void contradict(const Attribute& attribute, const std::string& expected,
                                      const Entry* found) {
    throw Error(ErrorKind::malformed,
                "the folder is not what its attributes say of " + quote(attribute.path),
                {.expected = expected,
                 .got = found == nullptr ? "nothing" : "a " + std::string(name_of(found->type)),
                 .hint = "after a file has been removed or replaced, change its line too"});
  }

  [[nodiscard]] Entry listed(const Attribute& attribute) const {
    const Entry* const found = folder_.find(attribute.path);
    Entry entry{.type = attribute.type,
                .mode = attribute.mode,
                .uid = attribute.uid,
                .gid = attribute.gid,
                .device_major = attribute.device_major,
                .device_minor = attribute.device_minor};
    switch (attribute.type) {
      case EntryType::regular:
      case EntryType::symlink:
        if (found == nullptr || found->type != attribute.type)
          contradict(attribute, "a " + std::string(name_of(attribute.type)), found);
        entry.content = found->content;
        entry.target = found->target;
        break;
      case EntryType::directory:
        if (found != nullptr && found->type != EntryType::directory)
          contradict(attribute, "a folder", found);
        break;
      case EntryType::character_device:
      case EntryType::block_device:
      case EntryType::fifo:
      case EntryType::socket:
        if (found != nullptr) contradict(attribute, "nothing: the list alone has nodes", found);
        break;
    }
    if (const auto group = group_of_.find(attribute.path); group != group_of_.end())
      entry.link_group = group->second;
    return entry;
  }

  /// Another name of a listed file. A copy on the disk, which somebody may have edited, is no
  /// other name.
  [[nodiscard]] Entry linked(const Attribute& attribute) const {
    const Entry* const found = folder_.find(attribute.path);
    const Entry* const target = folder_.find(attribute.link_to);
    const bool is_same = found != nullptr && target != nullptr && found->link_group != 0 &&
                         found->link_group == target->link_group;
    if (found != nullptr && !is_same)
      contradict(attribute, "nothing, or a hard link to " + quote(attribute.link_to), found);
    return listed(*lines_.at(attribute.link_to));
  }

  const Attributes& attributes_;
  Lines lines_;
  tree::Tree folder_;
  std::map<std::string_view, std::uint64_t> group_of_;  // by the path that is linked to
  std::map<std::string, Entry> entries_;
};

}  // namespace

std::string write_attributes(const Attributes& attributes) {
  std::string text(first_line);
  text += '\n';
  for (const Attribute& attribute : attributes) {
    if (!attribute.link_to.empty()) {
      text += std::string(link_word) + " " + escaped(attribute.path) + " " +
              escaped(attribute.link_to) + "\n";
      continue;
    }
    text += std::string(word_for(attribute.type)) + " " + mode_text(attribute.mode) + " " +
            std::to_string(attribute.uid) + " " + std::to_string(attribute.gid) + " " +
            escaped(attribute.path);
    if (is_device(attribute.type))
      text += " " + std::to_string(attribute.device_major) + " " +
              std::to_string(attribute.device_minor);
    text += '\n';
  }
  return text;
}

Attributes parse_attributes(std::string_view text) {
  Attributes attributes;
  std::uint64_t offset = 0;
  bool is_first = true;
  while (offset < text.size()) {
    const std::size_t end = text.find('\n', offset);
    const std::string_view line = text.substr(offset, end - offset);
    if (end == std::string_view::npos)
      throw Error(ErrorKind::malformed, "the attributes are cut off",
                  {.offset = offset, .expected = "a newline at the end of each line"});
    if (is_first && line != first_line) break;
    if (!is_first) attributes.push_back(parse_line(line, offset));
    is_first = false;
    offset = end + 1;
  }
  if (is_first)
    throw Error(ErrorKind::malformed, "this is no list of attributes",
                {.offset = 0, .expected = "'" + std::string(first_line) + "' as the first line"});
  (void)lines_of(attributes);
  return attributes;
}

tree::Tree apply_attributes(const Attributes& attributes, tree::Tree folder) {
  return Joiner(attributes, std::move(folder)).run();
}

}  // namespace reproduce::layers
