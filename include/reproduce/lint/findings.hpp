#pragma once

/// Findings as they come in: what the manifest allows is dropped, the rest is counted and the
/// first few of each name are kept, since a tree may give half a million.

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "reproduce/lint/finding.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::lint {

class Findings {
 public:
  /// How many of each name are kept.
  static constexpr std::size_t most_kept = 5;

  /// Error{usage}, in the manifest's name, for a name in `allow` that no rule has (with the one
  /// that was probably meant) and for a pattern that is none (layers/member.hpp).
  explicit Findings(const manifest::Manifest& manifest);

  void add(Finding finding);

  /// The first ones of a rule, in the order in which they were added.
  [[nodiscard]] const std::vector<Finding>& of(Rule rule) const;

  /// How many there were of a rule, allowed ones not counted.
  [[nodiscard]] std::uint64_t count(Rule rule) const;

  /// A sentence for each that is kept, and one for those of each name that are not:
  ///
  ///     setuid: '/rootfs/bin/su' in ramdisk 1 runs as ...
  ///     setuid: 7 more like these
  [[nodiscard]] std::vector<std::string> sentences() const;

  /// Error{usage} with the sentences when there is any: for manifests with `level = "error"`.
  void refuse_any() const;

 private:
  struct Kind {
    bool all_allowed = false;
    std::vector<std::string> allowed{};  ///< patterns
    std::vector<Finding> kept{};
    std::uint64_t count = 0;
  };

  [[nodiscard]] Kind& kind(Rule rule) { return kinds_.at(static_cast<std::size_t>(rule)); }
  [[nodiscard]] const Kind& kind(Rule rule) const {
    return kinds_.at(static_cast<std::size_t>(rule));
  }
  void allow(const std::string& name, const std::vector<std::string>& patterns);

  std::string file_;  ///< the manifest
  std::array<Kind, all_rules.size()> kinds_{};
};

}  // namespace reproduce::lint
