/// Two archives of one kind: by member, and those members that differ in turn.

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "bytes.hpp"
#include "comparison.hpp"
#include "held.hpp"
#include "members.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::content {
namespace {

/// Names of one archive that are held.
constexpr std::uint64_t most_name_bytes = std::uint64_t{4} << 20;

/// A name, and how often it came before: archives may hold one several times.
using Key = std::pair<std::string, std::size_t>;

struct Listing {
  std::vector<Key> order;
  std::map<Key, Member> members;
  bool whole = false;
};

Sha256Digest digest_of(Source& content) {
  Sha256 digest;
  Bytes piece(std::size_t{1} << 16);
  while (const std::size_t count = content.read(piece)) digest.update(ByteView(piece).first(count));
  return std::move(digest).finish();
}

Listing list(ArchiveKind kind, const RandomAccess& file, Allowance& allowance) {
  Listing listing;
  std::map<std::string, std::size_t> seen;
  std::uint64_t name_bytes = 0;
  try {
    MemberReader reader(kind, file, allowance);
    while (auto member = reader.next()) {
      name_bytes += member->name.size() + member->link.size() + member->owner.size();
      if (listing.order.size() == allowance.limits.members || name_bytes > most_name_bytes)
        return listing;
      member->digest = digest_of(reader);
      Key key{member->name, seen[member->name]++};
      listing.order.push_back(key);
      listing.members.emplace(std::move(key), *std::move(member));
    }
    listing.whole = allowance.work != 0;
  } catch (const Error& error) {
    // What came before the damage is as good as ever.
    if (error.kind() != ErrorKind::malformed) throw;
  }
  return listing;
}

/// What differs, and how often.
struct Tally {
  std::size_t before_only = 0;
  std::size_t after_only = 0;
  std::size_t content = 0;
  std::size_t times = 0;
  std::size_t modes = 0;
  std::size_t owners = 0;
  std::size_t links = 0;
  bool order = false;
  std::vector<Key> to_open;

  [[nodiscard]] bool any() const {
    return before_only + after_only + content + times + modes + owners + links != 0 || order;
  }
};

/// As stat(2) has it: "0100755".
std::string mode_in_words(std::uint32_t mode) {
  constexpr unsigned type_digits = 18;
  std::string digits;
  for (unsigned shift = type_digits; shift > 0; shift -= 3)
    digits += static_cast<char>('0' + ((mode >> (shift - 3)) & 7U));
  return "0" + digits;
}

/// "mode 0100644 -> 0100755, content": what differs between two members, empty when nothing does.
std::string compare_members(const Member& before, const Member& after, Tally& tally) {
  std::string words;
  const auto note = [&](const std::string& what, std::size_t& count) {
    words += (words.empty() ? "" : ", ") + what;
    ++count;
  };
  if (before.mode != after.mode)
    note("mode " + mode_in_words(before.mode) + " -> " + mode_in_words(after.mode), tally.modes);
  if (before.owner != after.owner)
    note("owner " + before.owner + " -> " + after.owner, tally.owners);
  if (before.time != after.time)
    note("time " + time_in_words(before.time) + " -> " + time_in_words(after.time), tally.times);
  if (before.link != after.link || before.device != after.device)
    note("link '" + before.link + "' -> '" + after.link + "'", tally.links);
  if (before.digest != after.digest || before.size != after.size) note("content", tally.content);
  return words;
}

bool order_differs(const Listing& before, const Listing& after) {
  std::vector<const Key*> left;
  std::vector<const Key*> right;
  for (const Key& key : before.order)
    if (after.members.contains(key)) left.push_back(&key);
  for (const Key& key : after.order)
    if (before.members.contains(key)) right.push_back(&key);
  return !std::equal(left.begin(), left.end(), right.begin(), right.end(),
                     [](const Key* a, const Key* b) { return *a == *b; });
}

Tally compare_listings(const Listing& before, const Listing& after, Difference& difference,
                       const Limits& limits) {
  Tally tally;
  tally.order = order_differs(before, after);
  if (tally.order) add_line(difference, limits, ' ', "the members stand in another order");
  for (const Key& key : before.order) {
    const auto other = after.members.find(key);
    if (other == after.members.end()) {
      ++tally.before_only;
      add_line(difference, limits, '-', key.first);
      continue;
    }
    const std::size_t content = tally.content;
    const std::string words = compare_members(before.members.at(key), other->second, tally);
    if (!words.empty()) add_line(difference, limits, ' ', key.first + ": " + words);
    if (tally.content != content) tally.to_open.push_back(key);
  }
  for (const Key& key : after.order) {
    if (before.members.contains(key)) continue;
    ++tally.after_only;
    add_line(difference, limits, '+', key.first);
  }
  return tally;
}

std::string summarise(const Tally& tally, std::size_t members) {
  std::string words;
  const auto add = [&](std::size_t count, std::string_view what) {
    if (count == 0) return;
    words += (words.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(what);
  };
  add(tally.content, "with other content");
  add(tally.before_only, "only before");
  add(tally.after_only, "only after");
  add(tally.modes, "with another mode");
  add(tally.owners, "with another owner");
  add(tally.times, "with another time");
  add(tally.links, "with another link or device");
  if (tally.order) words += words.empty() ? "another order" : ", in another order";
  return "of " + counted(members, "member") + ": " + words;
}

void recognise(const Sides& sides, ArchiveKind kind, const Tally& tally, Difference& difference) {
  const bool is_library = kind == ArchiveKind::ar && !sides.path.ends_with(".deb");
  if (is_library && tally.times + tally.owners + tally.modes != 0) {
    add_culprit(difference, Culprit::library_time);
  } else {
    if (tally.times != 0) add_culprit(difference, Culprit::member_time);
    if (tally.owners != 0) add_culprit(difference, Culprit::builder_owner);
  }
  if (tally.order) add_culprit(difference, Culprit::member_order);
}

/// Moves `reader` to a member that was there before.
void find(MemberReader& reader, const Key& wanted) {
  std::size_t seen = 0;
  while (const auto member = reader.next())
    if (member->name == wanted.first && seen++ == wanted.second) return;
  throw Error(ErrorKind::malformed, "the archive is damaged or cut short");
}

void open_members(const Sides& sides, ArchiveKind kind, const Tally& tally, Difference& difference,
                  Allowance& allowance) {
  for (const Key& key : tally.to_open) {
    if (difference.parts.size() == allowance.limits.parts || allowance.depth == 0 ||
        allowance.work == 0) {
      difference.shortened = true;
      return;
    }
    try {
      const auto read = [&](const RandomAccess& file) {
        MemberReader reader(kind, file, allowance);
        find(reader, key);
        return Held(reader, allowance);
      };
      const Held before = read(sides.before);
      const Held after = read(sides.after);
      const RandomAccessBytes left(before.bytes());
      const RandomAccessBytes right(after.bytes());
      add_part(difference, key.first, {key.first, left, right}, allowance);
      if (before.whole() && after.whole()) continue;
      difference.shortened = true;
      Difference& part = difference.parts.back().difference;
      part.shortened = true;
      part.summary += " (only the beginning was read)";
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::malformed) throw;
      difference.shortened = true;  // the listing has said that it differs
    }
  }
}

}  // namespace

std::optional<Difference> compare_archives(const Sides& sides, Allowance& allowance) {
  const auto kind = archive_kind_of(sides.before, allowance);
  if (!kind || archive_kind_of(sides.after, allowance) != kind) return std::nullopt;
  Tally tally;
  Difference difference;
  difference.form = Form::archive;
  {
    const Listing before = list(*kind, sides.before, allowance);
    const Listing after = list(*kind, sides.after, allowance);
    if (before.order.empty() && after.order.empty()) return std::nullopt;
    tally = compare_listings(before, after, difference, allowance.limits);
    if (!before.whole || !after.whole) difference.shortened = true;
    difference.summary = std::string(name_of(*kind)) + ": ";
    if (tally.any())
      difference.summary += summarise(tally, before.order.size());
    else
      difference.summary +=
          "the same " + counted(before.order.size(), "member") + ", written otherwise";
    if (difference.shortened) difference.summary += " (damaged, or too large to be read whole)";
  }
  if (!tally.any()) {
    const std::uint64_t first = first_difference(sides, allowance);
    if (first != not_known) {
      add_line(difference, allowance.limits, '@', " bytes from " + hex_number(first) + " on");
      add_hex_window(difference, sides, first, first, allowance);
    }
  }
  recognise(sides, *kind, tally, difference);
  open_members(sides, *kind, tally, difference, allowance);
  return difference;
}

}  // namespace reproduce::content
