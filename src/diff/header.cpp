#include "header.hpp"

#include <algorithm>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::diff {
namespace {

using inspect::ImageInspection;
using inspect::Reading;
using inspect::SeenSection;

std::string flags_words(std::uint16_t flags) {
  if (flags == 0) return "0 (x86_64)";
  return hex_number(flags) + ((flags & eif::arch_flag) != 0 ? " (aarch64)" : "");
}

/// What the table of a header should say of one slot, by the sections that are there.
struct Slot {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string name = "no section";
};

Slot slot_of(const Reading* reading, std::size_t index) {
  if (reading == nullptr || index >= reading->sections.size()) return {};
  const SeenSection& section = reading->sections[index];
  return {.offset = section.header_offset,
          .size = section.header.payload_size,
          .name = label_of(section)};
}

class HeaderComparison {
 public:
  HeaderComparison(const ImageInspection& before, const ImageInspection& after)
      : before_(*before.header),
        after_(*after.header),
        before_reading_(chosen_reading(before)),
        after_reading_(chosen_reading(after)) {}

  std::vector<Difference> run() && {
    field("magic", quote(as_text(before_.magic)), quote(as_text(after_.magic)));
    number("version", before_.version, after_.version);
    field("flags", flags_words(before_.flags), flags_words(after_.flags));
    number("default_mem", before_.default_mem, after_.default_mem);
    number("default_cpus", before_.default_cpus, after_.default_cpus);
    number("reserved", before_.reserved, after_.reserved);
    number("unused", before_.unused, after_.unused);
    count();
    for (std::size_t i = 0; i < eif::max_sections; ++i) slot(i);
    checksum();
    return std::move(out_);
  }

 private:
  void field(const std::string& name, const std::string& before, const std::string& after) {
    if (before == after) return;
    out_.push_back({.what = "header-field",
                    .where = name,
                    .words = before + " -> " + after,
                    .before = before,
                    .after = after});
  }

  void number(const std::string& name, std::uint64_t before, std::uint64_t after) {
    field(name, std::to_string(before), std::to_string(after));
  }

  void stale(const std::string& name, std::uint64_t before, std::uint64_t after,
             const std::string& truth) {
    number(name, before, after);
    if (before == after || truth.empty()) return;
    out_.back().what = "stale-header-field";
    out_.back().words += "; " + truth;
  }

  void count() {
    const auto seen = [](const Reading* reading) {
      return reading == nullptr ? 0 : reading->sections.size() + reading->unlisted_sections;
    };
    const std::uint64_t one = seen(before_reading_);
    const std::uint64_t other = seen(after_reading_);
    if (before_.num_sections == one && after_.num_sections == other) return;
    stale("num_sections", before_.num_sections, after_.num_sections,
          "there are " + counted(after_.num_sections == other ? one : other, "section"));
  }

  /// Offsets and sizes follow from the sections, unless a header is stale.
  void slot(std::size_t i) {
    const Slot one = slot_of(before_reading_, i);
    const Slot other = slot_of(after_reading_, i);
    const std::string number_words = "[" + std::to_string(i) + "]";
    // Of the side whose header is stale, or of both, what the bytes have.
    const auto truth = [&](bool first_is_right, std::uint64_t Slot::*field, const char* verb) {
      const Slot& wrong = first_is_right ? other : one;
      return wrong.name + " " + verb + " " + std::to_string(wrong.*field);
    };
    if (before_.section_offsets[i] != one.offset || after_.section_offsets[i] != other.offset)
      stale("section_offsets" + number_words, before_.section_offsets[i], after_.section_offsets[i],
            truth(before_.section_offsets[i] == one.offset, &Slot::offset, "begins at"));
    if (before_.section_sizes[i] != one.size || after_.section_sizes[i] != other.size)
      stale("section_sizes" + number_words, before_.section_sizes[i], after_.section_sizes[i],
            truth(before_.section_sizes[i] == one.size, &Slot::size, "has the size"));
  }

  /// Follows from the bytes, unless it is wrong. Where a reader gives up before it has computed
  /// one, nothing is known.
  void checksum() {
    const auto wrong = [](const eif::Header& header, const Reading* reading) {
      return reading != nullptr && reading->crc && reading->crc != header.crc32;
    };
    const bool first = wrong(before_, before_reading_);
    if (!first && !wrong(after_, after_reading_)) return;
    const Reading* const reading = first ? before_reading_ : after_reading_;
    out_.push_back({.what = "stale-header-field",
                    .where = "crc32",
                    .words = hex_number(before_.crc32) + " -> " + hex_number(after_.crc32) +
                             "; the bytes " + (first ? "before" : "after") + " have " +
                             hex_number(*reading->crc),
                    .before = hex_number(before_.crc32),
                    .after = hex_number(after_.crc32)});
  }

  const eif::Header& before_;
  const eif::Header& after_;
  const Reading* before_reading_;
  const Reading* after_reading_;
  std::vector<Difference> out_;
};

/// "a gap of 16 bytes before ramdisk 1", for each range that is part of nothing.
std::vector<std::string> unclaimed(const ImageInspection& image) {
  std::vector<std::string> out;
  const Reading* const reading = chosen_reading(image);
  if (reading == nullptr) return out;
  std::vector<SeenSection> sections = reading->sections;
  std::sort(sections.begin(), sections.end(), [](const SeenSection& one, const SeenSection& other) {
    return one.header_offset < other.header_offset;
  });
  std::uint64_t end = eif::header_size;
  for (const SeenSection& section : sections) {
    if (section.header_offset > end && section.header_offset <= image.file_size)
      out.push_back("a gap of " + counted(section.header_offset - end, "byte") + " before " +
                    label_of(section));
    end = std::max(end, std::min(section.payload_offset(), image.file_size) + section.present);
  }
  if (end < image.file_size) out.push_back("a tail of " + counted(image.file_size - end, "byte"));
  return out;
}

std::string order_words(const Reading* reading) {
  std::string words;
  if (reading == nullptr) return words;
  for (const SeenSection& section : reading->sections)
    words += (words.empty() ? "" : ", ") + label_of(section);
  return words;
}

/// Whether sections that both have stand in another order, whatever else is there.
bool other_order(const Reading& before, const Reading& after) {
  std::vector<std::string> ones;
  std::vector<std::string> others;
  for (const SeenSection& section : before.sections) ones.push_back(label_of(section));
  for (const SeenSection& section : after.sections) others.push_back(label_of(section));
  const auto is_in = [](const std::vector<std::string>& list) {
    return [&list](const std::string& name) {
      return std::find(list.begin(), list.end(), name) == list.end();
    };
  };
  std::vector<std::string> common = ones;
  std::erase_if(common, is_in(others));
  std::erase_if(others, is_in(ones));
  return common != others;
}

}  // namespace

std::string label_of(const SeenSection& section) {
  if (!section.type) return "section of type " + std::to_string(section.header.type);
  std::string name(eif::name_of(*section.type));
  if (section.type == eif::SectionType::ramdisk)
    name += " " + std::to_string(section.ramdisk_index);
  return name;
}

const Reading* chosen_reading(const ImageInspection& image) {
  if (image.readings.empty()) return nullptr;
  // Of two readings the last is that in sequence.
  for (auto reading = image.readings.rbegin(); reading != image.readings.rend(); ++reading)
    if (reading->registers) return &*reading;
  // Else the one that makes sense of more of it.
  const auto known = [](const Reading& reading) {
    return std::count_if(reading.sections.begin(), reading.sections.end(),
                         [](const SeenSection& section) { return section.type.has_value(); });
  };
  return known(image.readings.front()) > known(image.readings.back()) ? &image.readings.front()
                                                                      : &image.readings.back();
}

std::vector<Difference> header_differences(const ImageInspection& before,
                                           const ImageInspection& after) {
  if (!before.header || !after.header) return {};
  return HeaderComparison(before, after).run();
}

std::vector<Difference> layout_differences(const ImageInspection& before,
                                           const ImageInspection& after) {
  std::vector<Difference> out;
  const std::vector<std::string> ones = unclaimed(before);
  const std::vector<std::string> others = unclaimed(after);
  for (const std::string& words : others)
    if (std::find(ones.begin(), ones.end(), words) == ones.end())
      out.push_back({.what = "unclaimed-added", .words = words + " was added", .after = words});
  for (const std::string& words : ones)
    if (std::find(others.begin(), others.end(), words) == others.end())
      out.push_back({.what = "unclaimed-removed", .words = words + " is gone", .before = words});
  const Reading* const one = chosen_reading(before);
  const Reading* const other = chosen_reading(after);
  if (one != nullptr && other != nullptr && other_order(*one, *other))
    out.push_back({.what = "section-order",
                   .words = "the sections stand in another order: " + order_words(one) + " -> " +
                            order_words(other),
                   .before = order_words(one),
                   .after = order_words(other)});
  return out;
}

}  // namespace reproduce::diff
