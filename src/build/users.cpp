#include "reproduce/build/users.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "reproduce/base/text.hpp"

namespace reproduce::build {
namespace {

/// The highest one means "leave it as it is" to the system calls.
constexpr std::uint64_t largest_id = 4294967294;

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::uint32_t> parse_id(std::string_view text) {
  const std::optional<std::uint64_t> number = parse_decimal(text);
  if (!number || *number > largest_id) return std::nullopt;
  return static_cast<std::uint32_t>(*number);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A line of /etc/passwd: name, password, uid, gid, ... (passwd(5)).
struct UserLine {
  std::string_view name;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

/// The first line of a user with this name, or else with this number.
std::optional<UserLine> find_user(std::string_view passwd, std::string_view wanted) {
  std::optional<UserLine> by_number;
  for (const std::string_view line : split(passwd, '\n')) {
    const std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() < 4 || fields[0].empty()) continue;
    const auto uid = parse_id(fields[2]);
    const auto gid = parse_id(fields[3]);
    if (!uid || !gid) continue;
    const UserLine user{.name = fields[0], .uid = *uid, .gid = *gid};
    if (user.name == wanted) return user;
    if (!by_number && is_number(wanted) && parse_id(wanted) == user.uid) by_number = user;
  }
  return by_number;
}

std::optional<std::uint32_t> find_group(std::string_view group, std::string_view wanted) {
  for (const std::string_view line : split(group, '\n')) {
    const std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() >= 3 && fields[0] == wanted)
      if (const auto gid = parse_id(fields[2])) return gid;
  }
  return parse_id(wanted);
}

/// The groups that list the user's name (group(5)).
std::set<std::uint32_t> groups_of(std::string_view group, std::string_view name) {
  std::set<std::uint32_t> ids;
  for (const std::string_view line : split(group, '\n')) {
    const std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() < 4) continue;
    const std::vector<std::string_view> members = split(fields[3], ',');
    const auto gid = parse_id(fields[2]);
    if (gid && std::find(members.begin(), members.end(), name) != members.end()) ids.insert(*gid);
  }
  return ids;
}

[[noreturn]] void refuse(std::string_view what, std::string_view name, const char* file) {
  throw Error(ErrorKind::usage, "there is no " + std::string(what) + " " + quote(name),
              {.expected = "a line in " + std::string(file) +
                           " of the tree that runs, or a number up to 4294967294"});
}

}  // namespace

UserIds resolve_user(std::string_view user, std::string_view passwd, std::string_view group) {
  const std::size_t colon = user.find(':');
  const std::string_view name = user.substr(0, colon);
  const std::optional<UserLine> line = find_user(passwd, name);
  const std::optional<std::uint32_t> number = is_number(name) ? parse_id(name) : std::nullopt;
  if (!line && !number) refuse("user", name, "/etc/passwd");
  UserIds ids;
  if (line) {
    ids.uid = line->uid;
    ids.gid = line->gid;
  } else {
    ids.uid = *number;
  }
  if (colon != std::string_view::npos && colon + 1 < user.size()) {
    const std::string_view group_name = user.substr(colon + 1);
    const auto gid = find_group(group, group_name);
    if (!gid) refuse("group", group_name, "/etc/group");
    ids.gid = *gid;
    return ids;
  }
  if (!line) return ids;
  std::set<std::uint32_t> groups = groups_of(group, line->name);
  groups.erase(ids.gid);
  ids.groups.assign(groups.begin(), groups.end());
  return ids;
}

std::string user_line(const UserIds& ids) {
  std::string text = std::to_string(ids.uid) + ":" + std::to_string(ids.gid);
  for (std::size_t i = 0; i < ids.groups.size(); ++i)
    text += (i == 0 ? ":" : ",") + std::to_string(ids.groups[i]);
  return text;
}

}  // namespace reproduce::build
