#include "borders.hpp"

#include <algorithm>
#include <utility>

#include "bytes.hpp"
#include "header.hpp"

#include "reproduce/base/text.hpp"

namespace reproduce::diff {
namespace {

/// The sections that some register covers, in the order of the file.
std::vector<inspect::SeenSection> measured(const inspect::ImageInspection& image) {
  std::vector<inspect::SeenSection> out;
  const inspect::Reading* const reading = chosen_reading(image);
  if (reading == nullptr) return out;
  for (const inspect::SeenSection& section : reading->sections)
    if (section.type && *section.type != eif::SectionType::metadata &&
        *section.type != eif::SectionType::signature)
      out.push_back(section);
  return out;
}

initramfs::Range range_of(const inspect::SeenSection& section) {
  return {.offset = section.payload_offset(), .size = section.present};
}

/// "1 byte ('x')".
std::string bytes_words(const RandomAccess& bytes) {
  constexpr std::size_t shown = 24;
  const Bytes front = read_front(bytes, shown);
  return counted(bytes.size(), "byte") + " (" + quote(as_text(front)) +
         (bytes.size() > shown ? "\u2026)" : ")");
}

}  // namespace

std::vector<Difference> moved_borders(const Image& before, const Image& after) {
  std::vector<Difference> out;
  const std::vector<inspect::SeenSection> ones = measured(before.inspection);
  const std::vector<inspect::SeenSection> others = measured(after.inspection);
  for (std::size_t i = 0; i + 1 < std::min(ones.size(), others.size()); ++i) {
    const std::string name = label_of(ones[i]);
    const std::string next = label_of(ones[i + 1]);
    if (name != label_of(others[i]) || next != label_of(others[i + 1])) return out;
    const std::uint64_t one = ones[i].present;
    const std::uint64_t other = others[i].present;
    if (one == other) continue;
    const initramfs::JoinedRamdisks first(before.bytes, {range_of(ones[i]), range_of(ones[i + 1])});
    const initramfs::JoinedRamdisks second(after.bytes,
                                           {range_of(others[i]), range_of(others[i + 1])});
    if (first.size() != second.size() || first_difference(first, second)) continue;
    const Slice bytes(first, std::min(one, other), std::max(one, other) - std::min(one, other));
    const std::string& from = one < other ? next : name;
    const std::string& to = one < other ? name : next;
    std::string where = name;
    where += " and " + next;
    std::string words = "the border between " + where;
    words += " moved: " + bytes_words(bytes);
    words += " of " + from;
    words += " went to " + to;
    out.push_back({.what = "border-moved",
                   .where = std::move(where),
                   .words = std::move(words),
                   .before = std::to_string(one),
                   .after = std::to_string(other)});
  }
  return out;
}

}  // namespace reproduce::diff
