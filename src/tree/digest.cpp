#include "reproduce/tree/digest.hpp"

#include <string>
#include <unordered_map>
#include <utility>

#include "reproduce/base/hex.hpp"
#include "reproduce/crypto/digest_sink.hpp"

namespace reproduce::tree {
namespace {

using namespace std::string_view_literals;

/// The words of the format. They stay as they are whatever name_of() says to people.
std::string_view type_word(EntryType type) {
  switch (type) {
    case EntryType::directory:
      return "directory"sv;
    case EntryType::regular:
      return "regular"sv;
    case EntryType::symlink:
      return "symlink"sv;
    case EntryType::character_device:
      return "character"sv;
    case EntryType::block_device:
      return "block"sv;
    case EntryType::fifo:
      return "fifo"sv;
    case EntryType::socket:
      return "socket"sv;
  }
  return {};
}

std::string octal_mode(std::uint32_t mode) {
  std::string digits(4, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, mode >>= 3)
    *digit = static_cast<char>('0' + (mode & 7U));
  return digits;
}

class CanonicalWriter {
 public:
  CanonicalWriter(const Tree& tree, const ContentDigest& content_digest)
      : groups_(link_groups(tree)), content_digest_(content_digest) {}

  /// The line of one entry; the view lives until the next call.
  std::string_view line(const std::string& path, const Entry& entry) {
    line_.clear();
    field(type_word(entry.type));
    field(octal_mode(entry.mode));
    number(entry.uid);
    number(entry.gid);
    field(path);
    rest(entry);
    line_ += '\n';
    return line_;
  }

 private:
  void field(std::string_view text) { (line_ += text) += '\0'; }
  void number(std::uint64_t value) { field(std::to_string(value)); }

  void rest(const Entry& entry) {
    switch (entry.type) {
      case EntryType::directory:
      case EntryType::fifo:
      case EntryType::socket:
        return;
      case EntryType::symlink:
        field(entry.target);
        return;
      case EntryType::character_device:
      case EntryType::block_device:
        number(entry.device_major);
        number(entry.device_minor);
        return;
      case EntryType::regular:
        number(entry.content->size());
        field(to_hex(content_digest_(*entry.content)));
        number(link_number(entry.link_group));
    }
  }

  std::uint64_t link_number(std::uint64_t group) {
    if (!groups_.contains(group)) return 0;
    return numbers_.try_emplace(group, numbers_.size() + 1).first->second;
  }

  LinkGroups groups_;
  const ContentDigest& content_digest_;
  std::unordered_map<std::uint64_t, std::uint64_t> numbers_;
  std::string line_;
};

}  // namespace

void write_canonical(const Tree& tree, const ContentDigest& content_digest, Sink& out) {
  out.write(as_bytes("reproduce-tree/1\n"));
  CanonicalWriter writer(tree, content_digest);
  for (const auto& [path, entry] : tree.entries()) out.write(as_bytes(writer.line(path, entry)));
}

Sha256Digest digest(const Tree& tree, const ContentDigest& content_digest) {
  DigestSink sink;
  write_canonical(tree, content_digest, sink);
  return std::move(sink).finish();
}

}  // namespace reproduce::tree
