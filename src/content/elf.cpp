/// Two ELF files: which sections differ, and what that means.

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bytes.hpp"
#include "comparison.hpp"
#include "elf_file.hpp"
#include "lines.hpp"
#include "number_reader.hpp"
#include "strings.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::content {
namespace {

constexpr std::uint64_t flag_executable = 4;
constexpr std::uint64_t flag_compressed = 0x800;
constexpr std::string_view build_id_section = ".note.gnu.build-id";

/// Of a section, so much is searched for strings.
constexpr std::uint64_t most_searched = std::uint64_t{1} << 20;

/// A section that differs; one of the two is missing when only one file has it.
struct Pair {
  std::string name;
  const ElfSection* before = nullptr;
  const ElfSection* after = nullptr;
  Count count{};
};

struct Comparison {
  const Sides& sides;
  const ElfFile& before;
  const ElfFile& after;
  Allowance& allowance;
  Difference difference{};
  std::vector<Pair> pairs{};
  PairRecogniser recogniser{};
};

bool starts_with_any(std::string_view name, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(),
                     [&](std::string_view start) { return name.starts_with(start); });
}

bool is_debug(std::string_view name) {
  return starts_with_any(
      name, {".debug_", ".zdebug_", ".gnu_debug", ".stab", ".rela.debug_", ".rel.debug_"});
}

/// Moves with the debug information and is not loaded either.
bool is_symbols(std::string_view name) {
  return name == ".symtab" || name == ".strtab" || name == ".shstrtab";
}

bool may_hold_strings(const ElfSection& section) {
  if ((section.flags & (flag_executable | flag_compressed)) != 0) return false;
  return section.name == ".comment" || section.name == ".interp" || section.name == ".strtab" ||
         section.name == ".dynstr" || section.name == ".modinfo" ||
         starts_with_any(section.name, {".rodata", ".data", ".debug_str", ".debug_line", ".go.",
                                        ".note.go", ".init.data", ".init.rodata"});
}

/// Sections by name; one that comes twice gets a number.
std::map<std::string, const ElfSection*> by_name(const ElfFile& elf) {
  std::map<std::string, const ElfSection*> sections;
  std::map<std::string, std::size_t> seen;
  for (const ElfSection& section : elf.sections) {
    const std::size_t times = ++seen[section.name];
    if (section.name.empty() && section.bytes.size == 0) continue;
    sections.emplace(times == 1 ? section.name : section.name + "#" + std::to_string(times),
                     &section);
  }
  return sections;
}

void find_pairs(Comparison& work) {
  const auto before = by_name(work.before);
  const auto after = by_name(work.after);
  for (const auto& [name, section] : before) {
    const auto other = after.find(name);
    if (other == after.end()) {
      work.pairs.push_back({.name = name, .before = section});
      continue;
    }
    const Count count =
        count_differences(work.sides, section->bytes, other->second->bytes, work.allowance);
    if (count.compared < std::min(section->bytes.size, other->second->bytes.size))
      work.difference.shortened = true;
    if (count.bytes != 0 || section->bytes.size != other->second->bytes.size)
      work.pairs.push_back({name, section, other->second, count});
  }
  for (const auto& [name, section] : after)
    if (!before.contains(name)) work.pairs.push_back({.name = name, .after = section});
  // In the order of the file, which is the order of importance: what is loaded stands first.
  const auto place = [](const Pair& pair) {
    return (pair.before != nullptr ? pair.before : pair.after)->bytes.offset;
  };
  std::stable_sort(work.pairs.begin(), work.pairs.end(),
                   [&](const Pair& a, const Pair& b) { return place(a) < place(b); });
}

std::string extent_of(const Pair& pair) {
  const std::uint64_t before = pair.before->bytes.size;
  const std::uint64_t after = pair.after->bytes.size;
  if (before != after) return std::to_string(before) + " -> " + counted(after, "byte");
  return counted(pair.count.bytes, "byte") + " of " + std::to_string(before);
}

void add_sections(Comparison& work) {
  const Limits& limits = work.allowance.limits;
  for (const Pair& pair : work.pairs) {
    if (pair.after == nullptr) {
      add_line(work.difference, limits, '-',
               "section " + pair.name + ", " + counted(pair.before->bytes.size, "byte"));
    } else if (pair.before == nullptr) {
      add_line(work.difference, limits, '+',
               "section " + pair.name + ", " + counted(pair.after->bytes.size, "byte"));
    } else {
      std::string words = "section " + pair.name + ": " + extent_of(pair);
      if (pair.count.first != not_known) words += ", from " + hex_number(pair.count.first) + " on";
      add_line(work.difference, limits, ' ', words);
    }
  }
}

void add_dynamic(Comparison& work) {
  const auto before = dynamic_strings_of(work.sides.before, work.before, work.allowance);
  const auto after = dynamic_strings_of(work.sides.after, work.after, work.allowance);
  if (before == after) return;
  const Limits& limits = work.allowance.limits;
  add_line(work.difference, limits, '@', " .dynamic");
  for (const std::string& line : before)
    if (std::find(after.begin(), after.end(), line) == after.end())
      add_line(work.difference, limits, '-', line);
  for (const std::string& line : after)
    if (std::find(before.begin(), before.end(), line) == before.end())
      add_line(work.difference, limits, '+', line);
}

/// Whether each word of 32 bits that differs can be seconds since 1970 (2001 to 2039) in both.
bool only_times_differ(ByteView before, ByteView after, bool lowest_first) {
  constexpr std::uint32_t earliest = 1'000'000'000;
  constexpr std::uint32_t latest = 2'200'000'000;
  std::size_t words = 0;
  NumberReader left(before, lowest_first);
  NumberReader right(after, lowest_first);
  while (left.remaining() >= sizeof(std::uint32_t)) {
    const auto a = left.read<std::uint32_t>("word");
    const auto b = right.read<std::uint32_t>("word");
    if (a == b) continue;
    if (std::min(a, b) < earliest || std::max(a, b) > latest) return false;
    ++words;
  }
  return words != 0 && words <= 4 &&
         std::ranges::equal(left.take(left.remaining(), "rest"),
                            right.take(right.remaining(), "rest"));
}

void search_section(Comparison& work, const Pair& pair, bool& any_strings) {
  const auto read = [&](const RandomAccess& file, const ElfSection& section) {
    return read_range(file, section.bytes.offset, std::min(section.bytes.size, most_searched),
                      work.allowance);
  };
  const Bytes before = read(work.sides.before, *pair.before);
  const Bytes after = read(work.sides.after, *pair.after);
  if (add_strings(work.difference, pair.name, {before, after}, work.allowance.limits,
                  work.recogniser)) {
    any_strings = true;
    return;
  }
  const bool whole = before.size() == pair.before->bytes.size && before.size() == after.size();
  if (whole && starts_with_any(pair.name, {".rodata", ".data"}) &&
      only_times_differ(before, after, work.before.lowest_first))
    add_culprit(work.difference, Culprit::embedded_time);
}

/// The strings of the sections that differ, and a window when they have none.
void add_detail(Comparison& work) {
  bool any_strings = false;
  for (const Pair& pair : work.pairs)
    if (pair.before != nullptr && pair.after != nullptr && may_hold_strings(*pair.before) &&
        may_hold_strings(*pair.after))
      search_section(work, pair, any_strings);
  if (any_strings) return;
  for (const Pair& pair : work.pairs) {
    if (pair.count.first == not_known || pair.name == build_id_section) continue;
    add_line(work.difference, work.allowance.limits, '@',
             " bytes of " + pair.name + " from " + hex_number(pair.count.first) + " on");
    add_hex_window(work.difference, work.sides, pair.before->bytes.offset + pair.count.first,
                   pair.after->bytes.offset + pair.count.first, work.allowance);
    return;
  }
}

void recognise(Comparison& work) {
  const auto all_are = [&](auto&& is) {
    return std::all_of(work.pairs.begin(), work.pairs.end(),
                       [&](const Pair& pair) { return is(pair.name); });
  };
  const bool debug = std::any_of(work.pairs.begin(), work.pairs.end(),
                                 [](const Pair& pair) { return is_debug(pair.name); });
  if (!work.pairs.empty() &&
      all_are([](std::string_view name) { return name == build_id_section; })) {
    work.difference.culprits.insert(work.difference.culprits.begin(), Culprit::build_id);
    work.difference.summary += "; only the build-id differs";
  } else if (debug && all_are([](std::string_view name) {
               return is_debug(name) || is_symbols(name) || name == build_id_section;
             })) {
    work.difference.culprits.insert(work.difference.culprits.begin(), Culprit::debug_information);
    work.difference.summary += "; only debug information differs";
  }
  for (const Culprit culprit : work.recogniser.found()) add_culprit(work.difference, culprit);
}

std::string pair_words(const Pair& pair) {
  const std::string name(pair.name);
  if (pair.after == nullptr) return name + " only before";
  if (pair.before == nullptr) return name + " only after";
  return name + " differs (" + extent_of(pair) + ")";
}

std::string summarise(const Comparison& work, const std::string& before_id,
                      const std::string& after_id) {
  constexpr std::size_t most_named = 6;
  std::string words;
  std::size_t named = 0;
  for (const Pair& pair : work.pairs) {
    if (pair.name == build_id_section && !before_id.empty() && !after_id.empty()) continue;
    if (named++ >= most_named) continue;
    words += (words.empty() ? "" : ", ") + pair_words(pair);
  }
  if (named > most_named) words += " and " + std::to_string(named - most_named) + " more";
  if (before_id != after_id) {
    const auto in_words = [](const std::string& id) { return id.empty() ? "none" : id; };
    words += (words.empty() ? "" : ", ");
    words += "build-id " + in_words(before_id) + " -> " + in_words(after_id);
  }
  if (work.before.machine != work.after.machine || work.before.is_64 != work.after.is_64)
    words = "for another machine, " + words;
  return words;
}

}  // namespace

std::optional<Difference> compare_elf(const Sides& sides, Allowance& allowance) {
  const auto before = read_elf(sides.before, allowance);
  if (!before) return std::nullopt;
  const auto after = read_elf(sides.after, allowance);
  if (!after || before->sections.empty() || after->sections.empty()) return std::nullopt;
  Comparison work{.sides = sides, .before = *before, .after = *after, .allowance = allowance};
  work.difference.form = Form::elf;
  find_pairs(work);
  if (work.pairs.empty()) {
    // Headers, or what stands between and behind the sections, such as a module's signature.
    Difference difference = compare_bytes(sides, allowance);
    difference.form = Form::elf;
    difference.summary =
        "ELF: the sections are the same, other bytes differ: " + difference.summary;
    return difference;
  }
  work.difference.summary = "ELF: " + summarise(work, build_id_of(sides.before, *before, allowance),
                                                build_id_of(sides.after, *after, allowance));
  add_sections(work);
  add_dynamic(work);
  add_detail(work);
  recognise(work);
  return std::move(work.difference);
}

}  // namespace reproduce::content
