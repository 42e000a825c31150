#include "sections.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bytes.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/eif/metadata.hpp"
#include "reproduce/eif/signature.hpp"

namespace reproduce::diff {
namespace {

/// What a kernel calls itself, such as "6.1.0-13-cloud-amd64 (...) #1 SMP ...".
///
///     0x1fe  2  55 aa
///     0x202  4  "HdrS"
///     0x20e  2  little-endian: where the text is, less 0x200; it ends with a NUL
///
/// Source: the Linux kernel's Documentation/arch/x86/boot.rst. Nothing for other kernels.
std::optional<std::string> banner_of(const RandomAccess& kernel) {
  constexpr std::size_t longest = 256;
  constexpr std::size_t field = 0x20e;
  std::array<std::uint8_t, field + 2> front{};
  if (kernel.read_at(0, front) != front.size()) return std::nullopt;
  if (as_text(front).substr(0x202, 4) != "HdrS") return std::nullopt;
  const std::uint64_t offset = 0x200 + front[field] + (std::uint64_t{front[field + 1]} << 8);
  const Slice text(kernel, offset, longest);
  const Bytes bytes = read_front(text, longest);
  return std::string(as_text(bytes).substr(0, as_text(bytes).find('\0')));
}

/// A parameter and what stands behind its `=`, which is included.
using Parameter = std::pair<std::string, std::string>;

/// As the kernel parts them: at blanks outside of double quotes
/// (lib/cmdline.c, next_arg).
std::vector<Parameter> parameters_of(std::string_view cmdline) {
  std::vector<Parameter> parameters;
  std::string word;
  bool quoted = false;
  const auto end_word = [&] {
    if (word.empty()) return;
    const std::size_t equals = std::min(word.find('='), word.size());
    parameters.emplace_back(word.substr(0, equals), word.substr(equals));
    word.clear();
  };
  for (const char c : cmdline) {
    if (c == '"') quoted = !quoted;
    const bool blank = c == ' ' || (c >= '\t' && c <= '\r');
    if (blank && !quoted)
      end_word();
    else
      word += c;
  }
  end_word();
  return parameters;
}

/// Takes out of each list what the other has too, value and all.
void drop_common(std::vector<Parameter>& before, std::vector<Parameter>& after) {
  std::erase_if(before, [&](const Parameter& parameter) {
    const auto same = std::find(after.begin(), after.end(), parameter);
    if (same == after.end()) return false;
    after.erase(same);
    return true;
  });
}

/// What stands in one metadata and not in the other.
void add_field(std::vector<Difference>& out, const char* name, const std::string& before,
               const std::string& after) {
  if (before == after) return;
  constexpr std::size_t longest = 60;
  const auto shown = [](const std::string& value) {
    const std::string_view front = first_characters(value, longest);
    return quote(front) + (front.size() < value.size() ? "\u2026" : "");
  };
  out.push_back({.what = "metadata-field",
                 .where = name,
                 .words = shown(before) + " -> " + shown(after),
                 .before = before,
                 .after = after});
}

std::optional<eif::Metadata> metadata_of(const RandomAccess& bytes) {
  try {
    return eif::decode_metadata(read_front(bytes, eif::max_metadata_size));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return std::nullopt;
  }
}

std::optional<eif::SignatureSection> signature_of(const RandomAccess& bytes) {
  try {
    return eif::decode_signature_section(read_front(bytes, eif::max_signature_size));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return std::nullopt;
  }
}

}  // namespace

Difference bytes_difference(const RandomAccess& before, const RandomAccess& after) {
  Difference difference{.what = "bytes"};
  const std::vector<DifferingRange> ranges = differing_ranges(before, after);
  if (ranges.empty()) return difference;
  if (before.size() != after.size()) {
    difference.before = std::to_string(before.size());
    difference.after = std::to_string(after.size());
    difference.words = counted(before.size(), "byte") + " -> " + std::to_string(after.size()) +
                       ", the first difference at byte " + std::to_string(ranges.front().offset);
    return difference;
  }
  const std::uint64_t end = ranges.back().offset + ranges.back().size;
  const std::uint64_t span = end - ranges.front().offset;
  difference.words = span == 1 ? "byte " + std::to_string(ranges.front().offset) + " differs"
                               : "bytes " + std::to_string(ranges.front().offset) + " to " +
                                     std::to_string(end - 1) + " differ" +
                                     (ranges.size() > 1 ? " in places" : "");
  return difference;
}

std::vector<Difference> kernel_differences(const RandomAccess& before, const RandomAccess& after) {
  std::vector<Difference> out;
  const std::optional<std::string> one = banner_of(before);
  const std::optional<std::string> other = banner_of(after);
  if (one != other)
    out.push_back({.what = "kernel-version",
                   .where = "version",
                   .words = (one ? quote(*one) : "none stated") + " -> " +
                            (other ? quote(*other) : "none stated"),
                   .before = one.value_or(""),
                   .after = other.value_or("")});
  out.push_back(bytes_difference(before, after));
  return out;
}

std::vector<Difference> cmdline_differences(std::string_view before, std::string_view after) {
  std::vector<Parameter> ones = parameters_of(before);
  std::vector<Parameter> others = parameters_of(after);
  const bool other_order = ones != others;
  drop_common(ones, others);
  std::vector<Difference> out;
  for (const auto& [name, value] : ones) {
    const auto counterpart =
        std::find_if(others.begin(), others.end(),
                     [&name = name](const Parameter& p) { return p.first == name; });
    if (counterpart == others.end()) {
      out.push_back({.what = "parameter-removed",
                     .where = printable(name),
                     .words = quote(name + value) + " removed",
                     .before = name + value});
      continue;
    }
    out.push_back({.what = "parameter-changed",
                   .where = printable(name),
                   .words = quote(name + value) + " -> " + quote(name + counterpart->second),
                   .before = name + value,
                   .after = name + counterpart->second});
    others.erase(counterpart);
  }
  for (const auto& [name, value] : others)
    out.push_back({.what = "parameter-added",
                   .where = printable(name),
                   .words = quote(name + value) + " added",
                   .after = name + value});
  if (!out.empty() || before == after) return out;
  out.push_back({.what = other_order ? "parameter-order" : "blanks",
                 .words = other_order ? "the same parameters in another order"
                                      : "the same parameters, other blanks around them",
                 .before = std::string(before),
                 .after = std::string(after)});
  return out;
}

std::vector<Difference> metadata_differences(const RandomAccess& before,
                                             const RandomAccess& after) {
  std::vector<Difference> out;
  const std::optional<eif::Metadata> one = metadata_of(before);
  const std::optional<eif::Metadata> other = metadata_of(after);
  if (one && other) {
    add_field(out, "ImageName", one->image_name, other->image_name);
    add_field(out, "ImageVersion", one->image_version, other->image_version);
    add_field(out, "BuildTime", one->build_time, other->build_time);
    add_field(out, "BuildTool", one->build_tool, other->build_tool);
    add_field(out, "BuildToolVersion", one->build_tool_version, other->build_tool_version);
    add_field(out, "OperatingSystem", one->operating_system, other->operating_system);
    add_field(out, "KernelVersion", one->kernel_version, other->kernel_version);
    add_field(out, "DockerInfo", one->docker_info, other->docker_info);
    add_field(out, "CustomMetadata", one->custom_metadata, other->custom_metadata);
  }
  if (!out.empty()) return out;
  Difference bytes = bytes_difference(before, after);
  if (one && other) {
    bytes.what = "metadata-text";
    bytes.words = "the same fields, written otherwise (blanks, order or escapes): " + bytes.words;
  }
  out.push_back(std::move(bytes));
  return out;
}

std::vector<Difference> signature_differences(const RandomAccess& before,
                                              const RandomAccess& after) {
  const std::optional<eif::SignatureSection> one = signature_of(before);
  const std::optional<eif::SignatureSection> other = signature_of(after);
  if (!one || !other) return {bytes_difference(before, after)};
  std::vector<Difference> out;
  const auto add = [&](const char* what, const char* where, const std::string& first,
                       const std::string& second) {
    if (first != second)
      out.push_back({.what = what,
                     .where = where,
                     .words = quote(first) + " -> " + quote(second),
                     .before = first,
                     .after = second});
  };
  const Certificate& old_one = one->certificate;
  const Certificate& new_one = other->certificate;
  add("signer", "signer", words(old_one.subject), words(new_one.subject));
  add("certificate", "certificate", to_hex(old_one.fingerprint), to_hex(new_one.fingerprint));
  add("signature-entries", "entries", std::to_string(one->entries.size()),
      std::to_string(other->entries.size()));
  if (!out.empty()) return out;
  Difference bytes = bytes_difference(before, after);
  bytes.what = "signature-value";
  bytes.words = "another signature by the same certificate: " + bytes.words;
  out.push_back(std::move(bytes));
  return out;
}

}  // namespace reproduce::diff
