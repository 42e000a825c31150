#include "reproduce/tree/path.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::tree {
namespace {

/// Errors stay readable whatever a hostile name's length.
constexpr std::size_t longest_shown = 200;

std::string shown(std::string_view path) {
  if (path.size() <= longest_shown) return quote(path);
  return quote(path.substr(0, longest_shown)) + "... (" + std::to_string(path.size()) + " bytes)";
}

[[noreturn]] void throw_fault(std::string_view path, const std::string& fault) {
  throw Error(ErrorKind::malformed, "the path " + shown(path) + " " + fault,
              {.expected = "a path that stays inside its tree"});
}

std::optional<std::string> part_fault(std::string_view part) {
  if (part.empty()) return "has an empty part";
  if (part == ".") return "has a `.` part";
  if (part == "..") return "has a `..` part";
  if (part.size() > longest_name)
    return "has a part of more than " + std::to_string(longest_name) + " bytes";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> path_fault(std::string_view path) {
  if (path.empty()) return "is empty";
  if (path.front() == '/') return "is absolute";
  if (path.size() > longest_path)
    return "is longer than " + std::to_string(longest_path) + " bytes";
  if (path.find('\0') != std::string_view::npos) return "has a NUL in it";
  for (;;) {
    const std::size_t slash = path.find('/');
    if (auto fault = part_fault(path.substr(0, slash))) return fault;
    if (slash == std::string_view::npos) return std::nullopt;
    path.remove_prefix(slash + 1);
  }
}

void require_path(std::string_view path) {
  if (const auto fault = path_fault(path)) throw_fault(path, *fault);
}

std::string_view parent_of(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string join(std::string_view prefix, std::string_view path) {
  std::string joined(prefix);
  if (!prefix.empty() && !path.empty()) joined += '/';
  return joined += path;
}

std::string path_from_archive(std::string_view name) {
  std::string_view path = name;
  while (path.starts_with("./")) {
    path.remove_prefix(2);
    while (path.starts_with('/')) path.remove_prefix(1);
  }
  // A name of slashes alone stays absolute, and so is refused below.
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const bool root = path == "." || (path.empty() && !name.empty());
  if (root) return {};
  if (const auto fault = path_fault(path)) throw_fault(name, *fault);
  return std::string(path);
}

std::string path_from_absolute(std::string_view path) {
  if (!path.starts_with('/')) throw_fault(path, "does not start with a slash");
  std::string_view rest = path.substr(1);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.empty() && path.size() == 1) return {};
  if (const auto fault = path_fault(rest)) throw_fault(path, *fault);
  return std::string(rest);
}

}  // namespace reproduce::tree
