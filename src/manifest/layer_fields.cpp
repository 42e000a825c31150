#include "layer_fields.hpp"

#include <algorithm>
#include <utility>

#include "reproduce/base/text.hpp"

namespace reproduce::manifest {
namespace {

/// Linux: the longest part of a path (linux/limits.h, NAME_MAX).
constexpr std::size_t name_max = 255;

/// What is wrong with a path inside a ramdisk, or nothing.
std::string_view fault_of(std::string_view path) {
  if (!path.starts_with('/')) return "it must start with `/`, the root of the ramdisk";
  if (path.size() >= path_max) return "it is longer than 4095 bytes";
  if (path == "/") return {};
  if (path.ends_with('/')) return "it must not end with `/`";
  for (std::size_t begin = 1; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty()) return "it contains `//`";
    if (part.size() > name_max) return "it has a part of more than 255 bytes";
    if (part == "." || part == "..") return "it contains a `.` or `..` part";
    begin = end + 1;
  }
  return {};
}

}  // namespace

std::string inner_path(const TableReader& layer, std::string_view key, bool may_be_root) {
  const std::string path = layer.required_string(key);
  const std::string_view fault = fault_of(path);
  if (!fault.empty())
    layer.fail(key, "`" + std::string(key) + "` is not a plain path inside the ramdisk",
               {.got = "'" + path + "'", .hint = std::string(fault)});
  if (path == "/" && !may_be_root)
    layer.fail(key, "`" + std::string(key) + "` is the root of the ramdisk",
               {.expected = "a path below it, such as \"/init\""});
  return path.substr(1);
}

std::string inner_folder(const TableReader& layer) {
  return layer.has("to") ? inner_path(layer, "to", true) : std::string();
}

std::optional<std::uint32_t> mode_of(const TableReader& layer) {
  const std::optional<std::string> text = layer.string("mode");
  if (!text) return std::nullopt;
  const std::string_view digits = *text;
  const bool is_octal = digits.find_first_not_of("01234567") == std::string_view::npos;
  const bool fits =
      digits.size() == 3 || digits.size() == 4 || (digits.size() == 5 && digits.starts_with('0'));
  if (!is_octal || !fits)
    layer.fail("mode", "`mode` is not a file mode",
               {.expected = "three or four octal digits in quotes, such as \"0755\"",
                .got = "'" + *text + "'"});
  std::uint32_t mode = 0;
  for (const char digit : digits) mode = mode * 8 + static_cast<std::uint32_t>(digit - '0');
  return mode;
}

Owner owner_of(const TableReader& layer) {
  return {.uid = layer.number_or("uid", 0), .gid = layer.number_or("gid", 0)};
}

std::optional<Owner> common_owner(const TableReader& layer) {
  const std::optional<std::string> text = layer.string("owner");
  if (!text) return std::nullopt;
  const std::size_t colon = text->find(':');
  if (colon != std::string::npos) {
    const auto uid = parse_decimal(std::string_view(*text).substr(0, colon));
    const auto gid = parse_decimal(std::string_view(*text).substr(colon + 1));
    if (uid && gid && std::in_range<std::uint32_t>(*uid) && std::in_range<std::uint32_t>(*gid))
      return Owner{.uid = static_cast<std::uint32_t>(*uid),
                   .gid = static_cast<std::uint32_t>(*gid)};
  }
  layer.fail("owner", "`owner` is not an owner",
             {.expected = "user and group number, such as \"0:0\"; names mean other numbers on "
                          "other machines",
              .got = "'" + *text + "'"});
}

}  // namespace reproduce::manifest
