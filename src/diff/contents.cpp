#include "contents.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "bytes.hpp"

#include "reproduce/base/stream.hpp"
#include "reproduce/initramfs/walk.hpp"

namespace reproduce::diff {
namespace {

constexpr std::uint64_t largest_held = std::uint64_t{8} << 20;
constexpr std::uint64_t most_held = std::uint64_t{48} << 20;

/// What one file's comparison may read, decompressed archives in it included: a second or two.
constexpr std::uint64_t work_per_file = std::uint64_t{256} << 20;

/// The files of one image that are looked into.
class WantedContents {
 public:
  WantedContents(const EntryList& list, const initramfs::JoinedRamdisks& ramdisks)
      : list_(list), ramdisks_(ramdisks) {}

  /// `index`: of the entry that holds the bytes.
  void want(std::uint32_t index) {
    const Entry& entry = list_.entries[index];
    if (entry.packed) held_[place_of(entry)] = std::nullopt;
  }

  /// Unpacks what is wanted of compressed ramdisks.
  void unpack() {
    if (held_.empty()) return;
    std::uint64_t left = most_held;
    (void)initramfs::walk(ramdisks_, [&](const initramfs::FoundEntry& found, Source& content) {
      if (!found.packed) return;
      const auto slot = held_.find({static_cast<std::uint32_t>(found.stretch), found.offset});
      const std::uint64_t size = found.header.content_size;
      if (slot == held_.end() || size > std::min(largest_held, left)) return;
      slot->second = read_all(content, size, "the content of an entry");
      left -= size;
    });
  }

  /// Null for what is not held. Views the ramdisks and this object.
  [[nodiscard]] std::unique_ptr<RandomAccess> content(std::uint32_t index) const {
    const Entry& entry = list_.entries[index];
    if (!entry.packed)
      return std::make_unique<Slice>(ramdisks_, list_.content_offset(index),
                                     entry.header.content_size);
    const auto slot = held_.find(place_of(entry));
    if (slot == held_.end() || !slot->second) return nullptr;
    return std::make_unique<RandomAccessBytes>(*slot->second);
  }

 private:
  /// An entry by its stretch and its place in it.
  using Place = std::pair<std::uint32_t, std::uint64_t>;

  static Place place_of(const Entry& entry) { return {entry.stretch, entry.offset}; }

  const EntryList& list_;
  const initramfs::JoinedRamdisks& ramdisks_;
  std::map<Place, std::optional<Bytes>> held_;
};

}  // namespace

void look_into_contents(TreeComparison& tree, const initramfs::JoinedRamdisks& before,
                        const initramfs::JoinedRamdisks& after) {
  WantedContents one(tree.before, before);
  WantedContents other(tree.after, after);
  const std::size_t count = std::min(tree.contents.size(), most_looked_into);
  const auto holders = [&](const ContentChange& change) {
    const EntryPair& pair = tree.pairs[change.pair];
    return std::pair(tree.before.entries[pair.before].holder,
                     tree.after.entries[pair.after].holder);
  };
  for (std::size_t i = 0; i < count; ++i) {
    const auto [first, second] = holders(tree.contents[i]);
    one.want(first);
    other.want(second);
  }
  one.unpack();
  other.unpack();
  content::Limits limits;
  limits.work_bytes = work_per_file;
  for (std::size_t i = 0; i < count; ++i) {
    ContentChange& change = tree.contents[i];
    const auto [first, second] = holders(change);
    const auto left = one.content(first);
    const auto right = other.content(second);
    if (!left || !right) continue;
    const std::string path = tree.path_of(tree.pairs[change.pair]);
    change.difference = content::compare(path.substr(1), *left, *right, limits);
  }
}

}  // namespace reproduce::diff
