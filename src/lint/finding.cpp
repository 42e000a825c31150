#include "reproduce/lint/finding.hpp"

#include <algorithm>

namespace reproduce::lint {

std::string_view name_of(Rule rule) noexcept {
  switch (rule) {
    case Rule::mutable_tag:
      return "mutable-tag";
    case Rule::newer_than_epoch:
      return "newer-than-epoch";
    case Rule::host_path:
      return "host-path";
    case Rule::pyc_timestamp:
      return "pyc-timestamp";
    case Rule::world_writable:
      return "world-writable";
    case Rule::setuid:
      return "setuid";
    case Rule::xattr_lost:
      return "xattr-lost";
    case Rule::hardlink_lost:
      return "hardlink-lost";
    case Rule::machine_id:
      return "machine-id";
    case Rule::random_seed:
      return "random-seed";
    case Rule::ssh_host_key:
      return "ssh-host-key";
    case Rule::shadow_day:
      return "shadow-day";
    case Rule::package_log:
      return "package-log";
  }
  return {};
}

std::optional<Rule> rule_named(std::string_view name) noexcept {
  const auto* const found = std::find_if(all_rules.begin(), all_rules.end(),
                                         [&](Rule rule) { return name_of(rule) == name; });
  if (found == all_rules.end()) return std::nullopt;
  return *found;
}

}  // namespace reproduce::lint
