#include <algorithm>
#include <array>
#include <string_view>

#include "rules.hpp"

#include "reproduce/tree/path.hpp"

namespace reproduce::lint {
namespace {

using tree::EntryType;

constexpr std::uint32_t write_by_others = 0002;
constexpr std::uint32_t sticky = 01000;
constexpr std::uint32_t set_ids = 06000;
constexpr std::uint32_t set_uid = 04000;

/// Files of one name, or of names that begin and end so, in one folder.
struct Suspect {
  Rule rule;
  std::string_view folder;
  std::string_view begin;  ///< where `end` is empty the whole name; where both are, any name
  std::string_view end;
};

constexpr std::array<Suspect, 25> suspects{{
    {Rule::random_seed, "var/lib/systemd", "random-seed", ""},
    {Rule::random_seed, "var/lib/urandom", "random-seed", ""},
    {Rule::random_seed, "var/lib/misc", "random-seed", ""},
    {Rule::random_seed, "var/lib", "random-seed", ""},
    {Rule::random_seed, "var/lib/seedrng", "", ""},
    {Rule::random_seed, "etc/seedrng", "", ""},
    {Rule::random_seed, "loader", "random-seed", ""},
    {Rule::ssh_host_key, "etc/ssh", "ssh_host_", "_key"},
    {Rule::ssh_host_key, "etc/dropbear", "dropbear_", "_host_key"},
    {Rule::package_log, "var/log", "dpkg.log", ""},
    {Rule::package_log, "var/log", "alternatives.log", ""},
    {Rule::package_log, "var/log", "bootstrap.log", ""},
    {Rule::package_log, "var/log", "apk.log", ""},
    {Rule::package_log, "var/log", "dnf", ".log"},
    {Rule::package_log, "var/log", "yum.log", ""},
    {Rule::package_log, "var/log", "fontconfig.log", ""},
    {Rule::package_log, "var/log/apt", "", ""},
    {Rule::package_log, "var/cache/ldconfig", "aux-cache", ""},
    {Rule::package_log, "var/cache/apt", "", ".bin"},
    {Rule::package_log, "var/cache/apt/archives", "", ".deb"},
    {Rule::package_log, "var/cache/debconf", "", "-old"},
    {Rule::package_log, "var/lib/dpkg", "", "-old"},
    {Rule::package_log, "var/lib/apt/lists", "", "Release"},
    {Rule::package_log, "var/lib/apt/lists", "", "Packages"},
    {Rule::package_log, "var/lib/apt/lists", "", "Packages.lz4"},
}};

bool is_named(const Suspect& suspect, std::string_view name) noexcept {
  if (suspect.end.empty()) return suspect.begin.empty() || name == suspect.begin;
  return name.size() >= suspect.begin.size() + suspect.end.size() &&
         name.starts_with(suspect.begin) && name.ends_with(suspect.end);
}

std::string_view words_for(Rule rule) noexcept {
  if (rule == Rule::random_seed)
    return "is a random seed that every enclave of the image would share; leave it out";
  if (rule == Rule::ssh_host_key)
    return "is a secret key that everybody with the image has; leave it out and make one when the "
           "enclave starts";
  return "is a log or cache of the package tools, with times in it; leave it out";
}

}  // namespace

std::string_view name_in(std::string_view path, std::string_view folder) noexcept {
  const std::string_view parent = tree::parent_of(path);
  if (!parent.ends_with(folder)) return {};
  const std::size_t before = parent.size() - folder.size();
  if (before != 0 && parent[before - 1] != '/') return {};
  return path.substr(parent.size() + 1);
}

void lint_attributes(const Place& place, Findings& findings) {
  const tree::Entry& entry = place.entry;
  const bool is_file = entry.type == EntryType::regular;
  const bool is_folder = entry.type == EntryType::directory;
  const bool is_open_to_all = (entry.mode & write_by_others) != 0;
  if (is_open_to_all && (is_file || (is_folder && (entry.mode & sticky) == 0)))
    findings.add(place.finding(
        Rule::world_writable,
        is_file
            ? "can be written by every user; take the mode's 0002 away"
            : "can be written by every user; take the mode's 0002 away, or add 01000 (sticky)"));
  if (!is_file) return;
  if ((entry.mode & set_ids) != 0)
    findings.add(place.finding(
        Rule::setuid, std::string("runs as its ") +
                          ((entry.mode & set_uid) != 0 ? "owner" : "group") +
                          ", whoever starts it; leave it out, or take the mode's 06000 away"));
  if (entry.content->size() == 0) return;
  const auto is_suspected = [&](const Suspect& suspect) {
    const std::string_view name = name_in(place.path, suspect.folder);
    return !name.empty() && is_named(suspect, name);
  };
  const auto* const suspect = std::find_if(suspects.begin(), suspects.end(), is_suspected);
  if (suspect != suspects.end())
    findings.add(place.finding(suspect->rule, std::string(words_for(suspect->rule))));
}

}  // namespace reproduce::lint
