#include "pairing.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "bytes.hpp"

#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest_sink.hpp"

namespace reproduce::diff {
namespace {

using Indices = std::vector<std::uint32_t>;
using Ranges = std::vector<std::vector<DifferingRange>>;

bool is_regular(const Entry& entry) {
  return entry.header.type() == cpio::type_regular;
}

/// Indices by path, and entries of one path in their order; by ramdisk before that if asked for.
Indices sorted(const std::vector<Entry>& entries, Indices indices, bool by_ramdisk) {
  std::sort(indices.begin(), indices.end(), [&](std::uint32_t one, std::uint32_t other) {
    const Entry& a = entries[one];
    const Entry& b = entries[other];
    if (by_ramdisk && a.ramdisk != b.ramdisk) return a.ramdisk < b.ramdisk;
    const int order = a.path.compare(b.path);
    return order != 0 ? order < 0 : one < other;
  });
  return indices;
}

Indices all_of(const std::vector<Entry>& entries) {
  Indices indices(entries.size());
  std::iota(indices.begin(), indices.end(), 0U);
  return indices;
}

/// -1, 0 or 1 as sorted() orders.
int compare_keys(const Entry& one, const Entry& other, bool by_ramdisk) {
  if (by_ramdisk && one.ramdisk != other.ramdisk) return one.ramdisk < other.ramdisk ? -1 : 1;
  const int order = one.path.compare(other.path);
  return order == 0 ? 0 : order < 0 ? -1 : 1;
}

/// Marks the entries that a shortest rearrangement would move: those not in a longest
/// increasing run. `pairs` are of one ramdisk, in the order of the first side.
void mark_order(std::vector<EntryPair*>& pairs) {
  Indices tails;  // index of the pair that ends the best run of each length
  std::vector<std::uint32_t> previous(pairs.size(), EntryPair::none);
  for (std::uint32_t i = 0; i < pairs.size(); ++i) {
    const auto place = std::lower_bound(
        tails.begin(), tails.end(), pairs[i]->after,
        [&](std::uint32_t tail, std::uint32_t after) { return pairs[tail]->after < after; });
    if (place != tails.begin()) previous[i] = *(place - 1);
    if (place == tails.end())
      tails.push_back(i);
    else
      *place = i;
  }
  if (tails.size() == pairs.size()) return;
  std::vector<bool> stays(pairs.size());
  for (std::uint32_t i = tails.back(); i != EntryPair::none; i = previous[i]) stays[i] = true;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    if (!stays[i]) pairs[i]->add(Aspect::order);
}

class Pairing {
 public:
  Pairing(Contents before, Contents after, const Ranges& ranges)
      : before_(before.ramdisks), after_(after.ramdisks), ranges_(ranges) {
    tree_.before = std::move(before.list);
    tree_.after = std::move(after.list);
  }

  TreeComparison run() && {
    match(all_of(tree_.before.entries), all_of(tree_.after.entries), true);
    match(std::exchange(left_before_, {}), std::exchange(left_after_, {}), false);
    for (const std::uint32_t i : left_before_) tree_.pairs.push_back({.before = i});
    for (const std::uint32_t i : left_after_) tree_.pairs.push_back({.after = i});
    sort_pairs();
    for (EntryPair& pair : tree_.pairs)
      if (pair.on_both_sides()) compare(pair);
    find_order();
    look_at_contents();
    return std::move(tree_);
  }

 private:
  /// Those without a counterpart go to left_before_ and left_after_.
  void match(const Indices& before, const Indices& after, bool within_ramdisks) {
    const std::vector<Entry>& ones = tree_.before.entries;
    const std::vector<Entry>& others = tree_.after.entries;
    const Indices first = sorted(ones, before, within_ramdisks);
    const Indices second = sorted(others, after, within_ramdisks);
    std::size_t i = 0;
    std::size_t j = 0;
    while (i != first.size() && j != second.size()) {
      const int order = compare_keys(ones[first[i]], others[second[j]], within_ramdisks);
      if (order < 0) {
        left_before_.push_back(first[i++]);
      } else if (order > 0) {
        left_after_.push_back(second[j++]);
      } else {
        tree_.pairs.push_back(
            {.before = first[i++], .after = second[j++], .moved = !within_ramdisks});
      }
    }
    left_before_.insert(left_before_.end(), first.begin() + static_cast<std::ptrdiff_t>(i),
                        first.end());
    left_after_.insert(left_after_.end(), second.begin() + static_cast<std::ptrdiff_t>(j),
                       second.end());
  }

  void sort_pairs() {
    std::sort(tree_.pairs.begin(), tree_.pairs.end(),
              [this](const EntryPair& one, const EntryPair& other) {
                const std::uint32_t a = tree_.ramdisk_of(one);
                const std::uint32_t b = tree_.ramdisk_of(other);
                if (a != b) return a < b;
                return std::pair(one.after, one.before) < std::pair(other.after, other.before);
              });
  }

  void compare(EntryPair& pair) {
    const Entry& one = tree_.before.entries[pair.before];
    const Entry& other = tree_.after.entries[pair.after];
    const cpio::NewcHeader& a = one.header;
    const cpio::NewcHeader& b = other.header;
    const auto mark = [&](Aspect aspect, bool differs) {
      if (differs) pair.add(aspect);
    };
    const bool same_type = a.type() == b.type();
    mark(Aspect::type, !same_type);
    mark(Aspect::mode, (a.mode & ~cpio::type_mask) != (b.mode & ~cpio::type_mask));
    mark(Aspect::owner, a.uid != b.uid || a.gid != b.gid);
    mark(Aspect::mtime, a.mtime != b.mtime);
    mark(Aspect::device, a.rdevice_major != b.rdevice_major || a.rdevice_minor != b.rdevice_minor);
    mark(Aspect::target, same_type && one.target != other.target);
    mark(Aspect::name, one.name != other.name);
    mark(Aspect::inode, a.inode != b.inode || a.link_count != b.link_count ||
                            a.device_major != b.device_major || a.device_minor != b.device_minor);
    mark(Aspect::format, a.checksummed != b.checksummed || one.passed_over != other.passed_over ||
                             (one.name == other.name && a.name_size != b.name_size));
    if (!same_type || !is_regular(one)) {
      mark(Aspect::content, same_type && one.target.empty() && other.target.empty() &&
                                a.content_size != b.content_size);
      return;
    }
    const std::string& link = tree_.before.entries[one.link].path;
    mark(Aspect::links, link != tree_.after.entries[other.link].path ||
                            (one.holder == pair.before) != (other.holder == pair.after));
    mark(Aspect::content, content_differs(one.holder, other.holder));
  }

  /// Whether two files lie in the same place, in bytes that the comparison of the ramdisks
  /// has found to be the same.
  [[nodiscard]] bool known_same(std::uint32_t before, std::uint32_t after) const {
    const std::uint64_t start = tree_.before.content_offset(before);
    const std::uint64_t size = tree_.before.entries[before].header.content_size;
    const initramfs::Place place = before_.place_of(start);
    if (place != after_.place_of(tree_.after.content_offset(after)) ||
        place.ramdisk >= ranges_.size() || size > before_.end_at(start) - start)
      return false;
    const std::vector<DifferingRange>& ranges = ranges_[place.ramdisk];
    const auto behind = std::lower_bound(
        ranges.begin(), ranges.end(), place.offset + size,
        [](const DifferingRange& range, std::uint64_t end) { return range.offset < end; });
    if (behind == ranges.begin()) return true;
    const DifferingRange& last = *(behind - 1);
    return last.offset + last.size <= place.offset;
  }

  [[nodiscard]] bool content_differs(std::uint32_t before, std::uint32_t after) const {
    const Entry& one = tree_.before.entries[before];
    const Entry& other = tree_.after.entries[after];
    if (one.header.content_size != other.header.content_size) return true;
    if (one.header.content_size == 0) return false;
    if (!one.packed && !other.packed)
      return !known_same(before, after) && first_difference(plain(before_, tree_.before, before),
                                                            plain(after_, tree_.after, after))
                                               .has_value();
    return digest_of(before_, tree_.before, before) != digest_of(after_, tree_.after, after);
  }

  static Slice plain(const initramfs::JoinedRamdisks& ramdisks, const EntryList& list,
                     std::uint32_t index) {
    return {ramdisks, list.content_offset(index), list.entries[index].header.content_size};
  }

  static Sha256Digest digest_of(const initramfs::JoinedRamdisks& ramdisks, const EntryList& list,
                                std::uint32_t index) {
    const Entry& entry = list.entries[index];
    if (entry.packed) return entry.sha256;
    RangeSource content(ramdisks, list.content_offset(index), entry.header.content_size);
    DigestSink digest;
    (void)copy(content, digest);
    return std::move(digest).finish();
  }

  void find_order() {
    std::vector<EntryPair*> stayed;
    for (EntryPair& pair : tree_.pairs)
      if (pair.on_both_sides() && !pair.moved) stayed.push_back(&pair);
    std::sort(stayed.begin(), stayed.end(), [](const EntryPair* one, const EntryPair* other) {
      return one->before < other->before;
    });
    if (!stayed.empty()) mark_order(stayed);
  }

  /// The place of the first difference; of packed files the sizes alone are known here.
  void look_at_contents() {
    for (std::uint32_t i = 0; i < tree_.pairs.size(); ++i) {
      const EntryPair& pair = tree_.pairs[i];
      if (!pair.on_both_sides() || !pair.has(Aspect::content)) continue;
      if (tree_.contents.size() == most_contents) return;
      const std::uint32_t one = tree_.before.entries[pair.before].holder;
      const std::uint32_t other = tree_.after.entries[pair.after].holder;
      ContentChange change{.pair = i,
                           .size_before = tree_.before.entries[one].header.content_size,
                           .size_after = tree_.after.entries[other].header.content_size};
      if (!tree_.before.entries[one].packed && !tree_.after.entries[other].packed)
        change.first_difference =
            first_difference(plain(before_, tree_.before, one), plain(after_, tree_.after, other));
      tree_.contents.push_back(change);
    }
  }

  const initramfs::JoinedRamdisks& before_;
  const initramfs::JoinedRamdisks& after_;
  const Ranges& ranges_;
  TreeComparison tree_;
  Indices left_before_;
  Indices left_after_;
};

}  // namespace

TreeComparison pair_entries(Contents before, Contents after,
                            const std::vector<std::vector<DifferingRange>>& ranges) {
  return Pairing(std::move(before), std::move(after), ranges).run();
}

}  // namespace reproduce::diff
