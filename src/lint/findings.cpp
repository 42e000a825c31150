#include "reproduce/lint/findings.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/layers/member.hpp"

namespace reproduce::lint {
namespace {

/// A pattern as it is compared with paths, which have no slash in front.
std::string plain_pattern(std::string_view pattern) {
  if (pattern.starts_with('/')) pattern.remove_prefix(1);
  return std::string(pattern);
}

std::string place_of(const Finding& finding) {
  if (!finding.ramdisk) return quote(finding.path);
  return quote("/" + finding.path) + " in ramdisk " + std::to_string(*finding.ramdisk);
}

}  // namespace

Findings::Findings(const manifest::Manifest& manifest) : file_(manifest.file.string()) {
  for (const auto& [name, patterns] : manifest.lint.allow) {
    try {
      allow(name, patterns);
    } catch (Error& error) {
      error.set_file_if_unknown(file_);
      throw;
    }
  }
}

void Findings::allow(const std::string& name, const std::vector<std::string>& patterns) {
  const std::optional<Rule> rule = rule_named(name);
  if (!rule) {
    std::array<std::string_view, all_rules.size()> names{};
    std::transform(all_rules.begin(), all_rules.end(), names.begin(), name_of);
    const std::optional<std::string_view> meant = nearest(name, names);
    throw Error(ErrorKind::usage, "[lint] allows " + quote(name) + ", and nothing has that name",
                {.hint = meant ? "did you mean `" + std::string(*meant) + "`?"
                               : "docs/formats/lint.md lists the names"});
  }
  Kind& kind = this->kind(*rule);
  if (patterns.empty()) kind.all_allowed = true;
  for (const std::string& pattern : patterns) {
    kind.allowed.push_back(plain_pattern(pattern));
    // Says now, and not at the first finding, that it is no pattern.
    (void)layers::matches_pattern(kind.allowed.back(), "x");
  }
}

void Findings::add(Finding finding) {
  Kind& kind = this->kind(finding.rule);
  const auto matches = [&](const std::string& pattern) {
    return layers::matches_pattern(pattern, finding.path);
  };
  if (kind.all_allowed || std::any_of(kind.allowed.begin(), kind.allowed.end(), matches)) return;
  ++kind.count;
  if (kind.kept.size() < most_kept) kind.kept.push_back(std::move(finding));
}

const std::vector<Finding>& Findings::of(Rule rule) const {
  return kind(rule).kept;
}

std::uint64_t Findings::count(Rule rule) const {
  return kind(rule).count;
}

std::vector<std::string> Findings::sentences() const {
  std::vector<std::string> sentences;
  for (const Rule rule : all_rules) {
    const Kind& found = kind(rule);
    const std::string name = std::string(name_of(rule)) + ": ";
    for (const Finding& finding : found.kept)
      sentences.push_back(name + place_of(finding) + " " + finding.says);
    if (found.count > found.kept.size())
      sentences.push_back(name + std::to_string(found.count - found.kept.size()) +
                          " more like these");
  }
  return sentences;
}

void Findings::refuse_any() const {
  const std::vector<std::string> all = sentences();
  if (all.empty()) return;
  std::uint64_t total = 0;
  for (const Kind& kind : kinds_) total += kind.count;
  std::string listed;
  for (const std::string& sentence : all) listed += (listed.empty() ? "" : "; ") + sentence;
  throw Error(ErrorKind::usage,
              "lint has " + counted(total, "finding") + ", and `level` in [lint] is \"error\"",
              {.file = file_,
               .got = listed,
               .hint = "mend them, or allow them by name in [lint] (docs/formats/lint.md)"});
}

}  // namespace reproduce::lint
