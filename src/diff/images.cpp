#include "reproduce/diff/images.hpp"

#include <algorithm>
#include <future>
#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "borders.hpp"
#include "bytes.hpp"
#include "contents.hpp"
#include "culprits.hpp"
#include "header.hpp"
#include "headline.hpp"
#include "packing.hpp"
#include "pairing.hpp"
#include "sections.hpp"
#include "summary.hpp"

#include "reproduce/base/enumeration.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::diff {
namespace {

using inspect::ImageInspection;
using inspect::Reading;
using inspect::SeenSection;

Side side_of(const Image& image) {
  Side side{.name = image.name, .size = image.inspection.file_size};
  if (!image.inspection.fault) return side;
  side.fault = image.inspection.fault->what();
  const Reading* const reading = chosen_reading(image.inspection);
  if (reading != nullptr)
    side.reading =
        reading->way == inspect::Way::by_table ? "by its table" : "in sequence, as AWS's tools do";
  return side;
}

SectionPlace place_of(const SeenSection& section) {
  return {.header_offset = section.header_offset,
          .payload_offset = section.payload_offset(),
          .size = section.present,
          .stated_size = section.header.payload_size,
          .flags = section.header.flags};
}

class ImageDiff {
 public:
  ImageDiff(const Image& before, const Image& after)
      : before_(before),
        after_(after),
        before_ramdisks_(before.bytes, ranges_of(before.inspection)),
        after_ramdisks_(after.bytes, ranges_of(after.inspection)) {}

  Comparison run() && {
    out_.before = side_of(before_);
    out_.after = side_of(after_);
    compare_registers();
    out_.header = header_differences(before_.inspection, after_.inspection);
    out_.layout = layout_differences(before_.inspection, after_.inspection);
    align_sections();
    for (SectionComparison& section : out_.sections) compare_section(section);
    if (std::any_of(out_.sections.begin(), out_.sections.end(),
                    [](const SectionComparison& s) { return s.state == State::changed; })) {
      const std::vector<Difference> borders = moved_borders(before_, after_);
      out_.layout.insert(out_.layout.end(), borders.begin(), borders.end());
    }
    compare_ramdisks();
    out_.same = before_.bytes.size() == after_.bytes.size() && nothing_differs() &&
                !first_difference(before_.bytes, after_.bytes);
    out_.culprits = find_culprits(out_);
    out_.headline = make_headline(out_);
    return std::move(out_);
  }

 private:
  /// Of the sections that are compared, in their order.
  static std::vector<initramfs::Range> ranges_of(const ImageInspection& image) {
    std::vector<initramfs::Range> ranges;
    const Reading* const reading = chosen_reading(image);
    if (reading == nullptr) return ranges;
    for (const SeenSection& section : reading->sections)
      if (section.type == eif::SectionType::ramdisk)
        ranges.push_back({.offset = section.payload_offset(), .size = section.present});
    return ranges;
  }

  void compare_registers() {
    const auto registers_of = [](const ImageInspection& image) {
      const Reading* const reading = chosen_reading(image);
      return reading == nullptr || !reading->registers ? measure::Registers() : *reading->registers;
    };
    const measure::Registers ones = registers_of(before_.inspection);
    const measure::Registers others = registers_of(after_.inspection);
    std::set<std::uint32_t> indexes;
    for (const measure::Registers& registers : {ones, others})
      for (const auto& [index, value] : registers) indexes.insert(index);
    const auto value = [](const measure::Registers& registers,
                          std::uint32_t index) -> std::optional<Bytes> {
      const auto found = registers.find(index);
      if (found == registers.end()) return std::nullopt;
      return Bytes(found->second.begin(), found->second.end());
    };
    for (const std::uint32_t index : indexes)
      out_.registers.push_back({.index = index,
                                .before = value(ones, index),
                                .after = value(others, index),
                                .comparable = !ones.empty() && !others.empty()});
  }

  /// Sections of one name are the same section, the first of several with the first.
  void align_sections() {
    std::map<std::pair<std::string, std::size_t>, std::size_t> at;  // index in out_.sections
    std::map<std::string, std::size_t> count;
    const auto add = [&](const Image& image, std::optional<SectionPlace> SectionComparison::*side) {
      count.clear();
      const Reading* const reading = chosen_reading(image.inspection);
      if (reading == nullptr) return;
      for (const SeenSection& section : reading->sections) {
        const std::string label = label_of(section);
        const auto [place, is_new] = at.try_emplace({label, count[label]++}, out_.sections.size());
        if (is_new) out_.sections.push_back({.name = label});
        SectionComparison& comparison = out_.sections[place->second];
        comparison.*side = place_of(section);
        for (const std::uint32_t index : registers_fed(section))
          comparison.registers.push_back(index);
        std::sort(comparison.registers.begin(), comparison.registers.end());
        comparison.registers.erase(
            std::unique(comparison.registers.begin(), comparison.registers.end()),
            comparison.registers.end());
      }
    };
    add(before_, &SectionComparison::before);
    add(after_, &SectionComparison::after);
  }

  static Slice payload(const Image& image, const SectionPlace& place) {
    return {image.bytes, place.payload_offset, place.size};
  }

  void compare_section(SectionComparison& section) {
    if (!section.before || !section.after) {
      section.state = section.before ? State::removed : State::added;
      return;
    }
    const Slice one = payload(before_, *section.before);
    const Slice other = payload(after_, *section.after);
    section.ranges = differing_ranges(one, other);
    if (section.before->flags != section.after->flags)
      section.differences.push_back({.what = "section-flags",
                                     .where = "flags of the section header",
                                     .words = std::to_string(section.before->flags) + " -> " +
                                              std::to_string(section.after->flags)});
    if (section.before->stated_size != section.after->stated_size &&
        section.before->size == section.after->size)
      section.differences.push_back({.what = "section-size",
                                     .where = "size in the section header",
                                     .words = std::to_string(section.before->stated_size) + " -> " +
                                              std::to_string(section.after->stated_size)});
    if (section.ranges.empty() && section.differences.empty()) return;
    section.state = State::changed;
    trace("diff", [&] { return section.name + " differs"; });
    if (!section.ranges.empty()) look_inside(section, one, other);
    section.summary = summary_words(section.differences);
  }

  static void look_inside(SectionComparison& section, const Slice& one, const Slice& other) {
    std::vector<Difference> found;
    if (section.name == "kernel")
      found = kernel_differences(one, other);
    else if (section.name == "cmdline")
      found = cmdline_differences(as_text(read_front(one, inspect::shown_cmdline)),
                                  as_text(read_front(other, inspect::shown_cmdline)));
    else if (section.name == "metadata")
      found = metadata_differences(one, other);
    else if (section.name == "signature")
      found = signature_differences(one, other);
    else if (!section.name.starts_with("ramdisk"))
      found = {bytes_difference(one, other)};
    if (found.empty() && section.name == "cmdline") found = {bytes_difference(one, other)};
    section.differences.insert(section.differences.end(), found.begin(), found.end());
  }

  void compare_ramdisks() {
    std::vector<std::vector<DifferingRange>> ranges;
    bool any = false;
    for (const SectionComparison& section : out_.sections)
      if (section.name.starts_with("ramdisk")) {
        ranges.push_back(section.ranges);
        any = any || section.state != State::same;
      }
    if (!any) return;
    auto other = std::async(std::launch::async, [this] { return list_entries(after_ramdisks_); });
    EntryList one = list_entries(before_ramdisks_);
    out_.tree =
        pair_entries({before_ramdisks_, std::move(one)}, {after_ramdisks_, other.get()}, ranges);
    look_into_contents(*out_.tree, before_ramdisks_, after_ramdisks_);
    if (out_.tree->before.unlisted + out_.tree->after.unlisted != 0)
      out_.notes.push_back("entries beyond the first " + std::to_string(most_entries) +
                           " were not compared one by one");
    std::uint64_t start_before = 0;
    std::uint64_t start_after = 0;
    std::uint32_t ramdisk = 0;
    for (SectionComparison& section : out_.sections) {
      if (!section.name.starts_with("ramdisk")) continue;
      const std::uint64_t size_before = section.before ? section.before->size : 0;
      const std::uint64_t size_after = section.after ? section.after->size : 0;
      if (section.state == State::changed)
        compare_ramdisk(section,
                        {before_ramdisks_, out_.tree->before, ramdisk, start_before, size_before},
                        {after_ramdisks_, out_.tree->after, ramdisk, start_after, size_after});
      start_before += size_before;
      start_after += size_after;
      ++ramdisk;
    }
  }

  void compare_ramdisk(SectionComparison& section, const Packed& before, const Packed& after) {
    const TreeSummary summary = summarise(*out_.tree, before.ramdisk);
    std::vector<Difference> found = stream_differences(before, after);
    if (summary.empty() && !section.ranges.empty()) {
      const bool stated = !found.empty() && found.front().what != "gzip-level";
      std::vector<Difference> framing =
          framing_differences(before, after, section.ranges.front().offset);
      // A gzip header that differs is the cause, and not what else the compressor may have done.
      if (!stated || framing.front().what != "compression-parameters")
        found.insert(found.end(), framing.begin(), framing.end());
    }
    section.differences.insert(section.differences.end(), found.begin(), found.end());
    std::vector<std::string> parts;
    if (!summary.empty()) parts.push_back(summary_words(*out_.tree, summary));
    if (!section.differences.empty()) parts.push_back(summary_words(section.differences));
    section.summary = enumeration(parts);
  }

  [[nodiscard]] bool nothing_differs() const {
    return out_.header.empty() && out_.layout.empty() &&
           std::all_of(out_.sections.begin(), out_.sections.end(),
                       [](const SectionComparison& s) { return s.state == State::same; });
  }

  const Image& before_;
  const Image& after_;
  initramfs::JoinedRamdisks before_ramdisks_;
  initramfs::JoinedRamdisks after_ramdisks_;
  Comparison out_;
};

}  // namespace

InspectedPair inspect_both(const RandomAccess& before, const RandomAccess& after,
                           const std::function<void(std::uint64_t)>& progress) {
  std::mutex mutex;
  std::uint64_t done[2] = {};
  const auto report = [&](int side) {
    return [&, side](std::uint64_t bytes) {
      const std::lock_guard lock(mutex);
      done[side] = bytes;
      if (progress) progress(done[0] + done[1]);
    };
  };
  auto second =
      std::async(std::launch::async, [&] { return inspect::inspect_image(after, report(1)); });
  ImageInspection first = inspect::inspect_image(before, report(0));
  return {.before = std::move(first), .after = second.get()};
}

Comparison compare_images(const Image& before, const Image& after) {
  return ImageDiff(before, after).run();
}

}  // namespace reproduce::diff
