#include "content_words.hpp"
#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/report/diff.hpp"

namespace reproduce::report {
namespace {

using diff::Aspect;
using diff::Comparison;
using diff::EntryPair;
using nlohmann::ordered_json;

ordered_json side_json(const diff::Side& side) {
  ordered_json out{{"file", printable(side.name)},
                   {"kind", name_of(side.kind)},
                   {"size_bytes", side.size},
                   {"well_formed", side.fault.empty()}};
  if (!side.fault.empty()) out["fault"] = printable(side.fault);
  if (!side.reading.empty()) out["read"] = side.reading;
  if (!side.form.empty()) out["encoding"] = side.form;
  return out;
}

ordered_json difference_json(const diff::Difference& difference) {
  return {{"what", difference.what},
          {"where", difference.where},
          {"words", difference.words},
          {"before", printable(difference.before)},
          {"after", printable(difference.after)}};
}

ordered_json differences_json(const std::vector<diff::Difference>& differences) {
  ordered_json out = ordered_json::array();
  for (const diff::Difference& difference : differences) out.push_back(difference_json(difference));
  return out;
}

ordered_json register_json(const diff::RegisterComparison& pcr) {
  const auto hex = [](const std::optional<Bytes>& value) {
    return value ? ordered_json(to_hex(*value)) : ordered_json(nullptr);
  };
  return {{"name", name_of_register(pcr.index)},
          {"moved", pcr.moved()},
          {"compared", pcr.comparable},
          {"before", hex(pcr.before)},
          {"after", hex(pcr.after)}};
}

ordered_json place_json(const std::optional<diff::SectionPlace>& place) {
  if (!place) return nullptr;
  return {{"header_offset", place->header_offset},
          {"payload_offset", place->payload_offset},
          {"size_bytes", place->size},
          {"stated_size_bytes", place->stated_size},
          {"flags", place->flags}};
}

ordered_json section_json(const diff::SectionComparison& section) {
  ordered_json registers = ordered_json::array();
  for (const std::uint32_t index : section.registers) registers.push_back(name_of_register(index));
  ordered_json ranges = ordered_json::array();
  for (const diff::DifferingRange& range : section.ranges)
    ranges.push_back({{"offset", range.offset}, {"size_bytes", range.size}});
  return {{"name", section.name},
          {"state", name_of(section.state)},
          {"registers", std::move(registers)},
          {"summary", section.summary},
          {"before", place_json(section.before)},
          {"after", place_json(section.after)},
          {"ranges", std::move(ranges)},
          {"differences", differences_json(section.differences)}};
}

diff::State state_of(const EntryPair& pair) {
  if (pair.before == EntryPair::none) return diff::State::added;
  if (pair.after == EntryPair::none) return diff::State::removed;
  return pair.moved ? diff::State::moved : diff::State::changed;
}

ordered_json entry_json(const diff::TreeComparison& tree, const EntryPair& pair) {
  ordered_json out{{"path", printable(tree.path_of(pair))},
                   {"state", name_of(state_of(pair))},
                   {"ramdisk", tree.ramdisk_of(pair)}};
  if (pair.moved) out["ramdisk_before"] = tree.before.entries[pair.before].ramdisk;
  out["aspects"] = ordered_json::array();
  if (!pair.on_both_sides()) return out;
  for (const Aspect aspect : diff::all_aspects) {
    if (!pair.has(aspect)) continue;
    const diff::Values values = tree.values_of(pair, aspect);
    out["aspects"].push_back({{"name", name_of(aspect)},
                              {"before", printable(values.before)},
                              {"after", printable(values.after)}});
  }
  return out;
}

ordered_json tree_json(const diff::TreeComparison& tree) {
  std::uint64_t same = 0;
  ordered_json entries = ordered_json::array();
  auto content = tree.contents.begin();
  for (std::uint32_t i = 0; i < tree.pairs.size(); ++i) {
    if (tree.pairs[i].same()) {
      ++same;
      continue;
    }
    ordered_json entry = entry_json(tree, tree.pairs[i]);
    while (content != tree.contents.end() && content->pair < i) ++content;
    if (content != tree.contents.end() && content->pair == i) {
      entry["content"] = {{"size_before_bytes", content->size_before},
                          {"size_after_bytes", content->size_after},
                          {"first_difference", nullptr}};
      if (content->first_difference)
        entry["content"]["first_difference"] = *content->first_difference;
      entry["content"]["difference"] = nullptr;
      if (content->difference)
        entry["content"]["difference"] = content_record(*content->difference);
    }
    entries.push_back(std::move(entry));
  }
  return {{"same", same},
          {"unlisted_before", tree.before.unlisted},
          {"unlisted_after", tree.after.unlisted},
          {"entries", std::move(entries)}};
}

}  // namespace

std::string diff_json(const Comparison& comparison) {
  ordered_json out{{"schema", "reproduce/diff/1"},
                   {"same", comparison.same},
                   {"registers_moved", comparison.registers_moved()},
                   {"before", side_json(comparison.before)},
                   {"after", side_json(comparison.after)},
                   {"headline", comparison.headline},
                   {"culprits", culprit_records(comparison.culprits)},
                   {"notes", ordered_json::array()},
                   {"registers", ordered_json::array()}};
  for (const std::string& note : comparison.notes) out["notes"].push_back(printable(note));
  for (const diff::RegisterComparison& pcr : comparison.registers)
    out["registers"].push_back(register_json(pcr));
  out["pins"] = differences_json(comparison.pins);
  out["header"] = differences_json(comparison.header);
  out["layout"] = differences_json(comparison.layout);
  out["sections"] = ordered_json::array();
  for (const diff::SectionComparison& section : comparison.sections)
    out["sections"].push_back(section_json(section));
  out["ramdisks"] = nullptr;
  if (comparison.tree) out["ramdisks"] = tree_json(*comparison.tree);
  return dump(out, 2) + "\n";
}

}  // namespace reproduce::report
