#pragma once

/// What lint finds, by name: things that make an image depend on more than its manifest says, or
/// that nobody wants in an image that many will start.
///
/// docs/formats/lint.md says what each name means and what to do about it.

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace reproduce::lint {

enum class Rule {
  mutable_tag,
  newer_than_epoch,
  host_path,
  pyc_timestamp,
  world_writable,
  setuid,
  xattr_lost,
  hardlink_lost,
  machine_id,
  random_seed,
  ssh_host_key,
  shadow_day,
  package_log
};

inline constexpr std::array all_rules{Rule::mutable_tag,   Rule::newer_than_epoch, Rule::host_path,
                                      Rule::pyc_timestamp, Rule::world_writable,   Rule::setuid,
                                      Rule::xattr_lost,    Rule::hardlink_lost,    Rule::machine_id,
                                      Rule::random_seed,   Rule::ssh_host_key,     Rule::shadow_day,
                                      Rule::package_log};

/// "mutable-tag": as a manifest's `allow` has it.
[[nodiscard]] std::string_view name_of(Rule rule) noexcept;

/// The rule of that name, if there is one.
[[nodiscard]] std::optional<Rule> rule_named(std::string_view name) noexcept;

struct Finding {
  Rule rule = Rule::mutable_tag;
  /// The place of its ramdisk in the image, from 0; nothing where it is about an input.
  std::optional<std::size_t> ramdisk{};
  /// In the ramdisk and in the tree's form (no slash in front); for mutable_tag the reference
  /// without `docker://`. Any bytes.
  std::string path{};
  /// What is wrong and what to do, a clause that follows the path. Safe to show.
  std::string says{};
};

}  // namespace reproduce::lint
