#include "parse_ramdisk.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "reproduce/base/text.hpp"

namespace reproduce::manifest {
namespace {

using Keys = std::span<const std::string_view>;

/// The key that says what kind a layer is. Only one may stand in a layer.
constexpr std::array<std::string_view, 7> kinds{"file",    "dir",   "cpio", "text",
                                                "symlink", "mkdir", "raw"};

constexpr std::array<std::string_view, 5> file_keys{"file", "to", "mode", "uid", "gid"};
constexpr std::array<std::string_view, 3> dir_keys{"dir", "to", "owner"};
constexpr std::array<std::string_view, 2> cpio_keys{"cpio", "to"};
constexpr std::array<std::string_view, 5> text_keys{"text", "to", "mode", "uid", "gid"};
constexpr std::array<std::string_view, 4> symlink_keys{"symlink", "to", "uid", "gid"};
constexpr std::array<std::string_view, 4> mkdir_keys{"mkdir", "mode", "uid", "gid"};
constexpr std::array<std::string_view, 1> raw_keys{"raw"};
constexpr std::array<std::string_view, 3> ramdisk_keys{"compression", "layer", "raw"};

constexpr std::uint32_t default_file_mode = 0644;
constexpr std::uint32_t default_folder_mode = 0755;

/// Linux: the longest path, its NUL included (linux/limits.h, PATH_MAX).
constexpr std::size_t path_max = 4096;

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

/// The path under `key`, in the tree's form. Only folders and archives may go to the root.
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

std::uint32_t mode_or(const TableReader& layer, std::uint32_t fallback) {
  const std::optional<std::string> text = layer.string("mode");
  if (!text) return fallback;
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

/// `owner = "UID:GID"`, for layers that bring many entries.
Owner parse_owner(const TableReader& layer) {
  const std::optional<std::string> text = layer.string("owner");
  if (!text) return {};
  const std::size_t colon = text->find(':');
  if (colon != std::string::npos) {
    const auto uid = parse_decimal(std::string_view(*text).substr(0, colon));
    const auto gid = parse_decimal(std::string_view(*text).substr(colon + 1));
    if (uid && gid && std::in_range<std::uint32_t>(*uid) && std::in_range<std::uint32_t>(*gid))
      return {.uid = static_cast<std::uint32_t>(*uid), .gid = static_cast<std::uint32_t>(*gid)};
  }
  layer.fail("owner", "`owner` is not an owner",
             {.expected = "user and group number, such as \"0:0\"; names mean other numbers on "
                          "other machines",
              .got = "'" + *text + "'"});
}

FileLayer parse_file(const TableReader& layer) {
  return {.source = layer.required_input("file"),
          .to = inner_path(layer, "to", false),
          .mode = mode_or(layer, default_file_mode),
          .owner = owner_of(layer)};
}

DirectoryLayer parse_dir(const TableReader& layer) {
  return {.source = layer.required_input("dir"),
          .to = inner_folder(layer),
          .owner = parse_owner(layer)};
}

ArchiveLayer parse_cpio(const TableReader& layer) {
  return {.source = layer.required_input("cpio"), .to = inner_folder(layer)};
}

TextLayer parse_text(const TableReader& layer) {
  return {.text = layer.string_or("text", ""),
          .to = inner_path(layer, "to", false),
          .mode = mode_or(layer, default_file_mode),
          .owner = owner_of(layer)};
}

SymlinkLayer parse_symlink(const TableReader& layer) {
  SymlinkLayer symlink{.target = layer.required_string("symlink"),
                       .to = inner_path(layer, "to", false),
                       .owner = owner_of(layer)};
  if (symlink.target.size() >= path_max)
    layer.fail("symlink", "the target of the link is longer than 4095 bytes");
  return symlink;
}

FolderLayer parse_mkdir(const TableReader& layer) {
  return {.to = inner_path(layer, "mkdir", false),
          .mode = mode_or(layer, default_folder_mode),
          .owner = owner_of(layer)};
}

/// The one key of `table` that names a kind.
std::string_view kind_of(const ErrorSite& site, const toml::table& table) {
  std::string_view kind;
  for (const std::string_view candidate : kinds) {
    const toml::node* node = table.get(candidate);
    if (node == nullptr) continue;
    if (!kind.empty())
      site.fail(
          begin_of(*node),
          "a layer has two kinds, `" + std::string(kind) + "` and `" + std::string(candidate) + "`",
          {.hint = "give each its own [[ramdisk.layer]]"});
    kind = candidate;
  }
  if (!kind.empty()) return kind;
  for (const auto& [key, value] : table) {
    const auto meant = nearest(key.str(), kinds);
    if (!meant) continue;
    const toml::source_position begin = key.source().begin;
    site.fail({.line = begin.line, .column = begin.column}, "a layer says nothing about its kind",
              {.expected = "one of " + join(kinds),
               .hint = "did you mean `" + std::string(*meant) + "`?"});
  }
  site.fail(begin_of(table), "a layer says nothing about its kind",
            {.expected = "one of " + join(kinds)});
}

Layer parse_layer(const ErrorSite& site, const toml::table& table) {
  const std::string_view kind = kind_of(site, table);
  const Position at = begin_of(table);
  const auto read = [&](std::string_view name, Keys keys) {
    return TableReader(site, table, name, keys);
  };
  if (kind == "file") return {parse_file(read("a file layer", file_keys)), at};
  if (kind == "dir") return {parse_dir(read("a dir layer", dir_keys)), at};
  if (kind == "cpio") return {parse_cpio(read("a cpio layer", cpio_keys)), at};
  if (kind == "text") return {parse_text(read("a text layer", text_keys)), at};
  if (kind == "symlink") return {parse_symlink(read("a symlink layer", symlink_keys)), at};
  return {parse_mkdir(read("a mkdir layer", mkdir_keys)), at};
}

void refuse_other_compression(const TableReader& ramdisk) {
  const std::string compression = ramdisk.string_or("compression", "none");
  if (compression == "none") return;
  ramdisk.fail("compression", "this compression is not available",
               {.expected = "\"none\"",
                .got = "'" + compression + "'",
                .hint = "compress the ramdisk yourself and give it as `raw`"});
}

/// A layer of kind `raw` is another way to write `raw` in the ramdisk itself.
InputPath parse_raw_layer(const ErrorSite& site, const toml::table& table, std::size_t neighbours) {
  const TableReader layer(site, table, "a raw layer", raw_keys);
  if (neighbours != 0)
    layer.fail("raw", "a raw ramdisk has other layers beside it",
               {.hint = "a raw file is taken byte for byte; to merge an archive with other "
                        "layers, name it as `cpio`"});
  return layer.required_input("raw");
}

}  // namespace

Ramdisk parse_ramdisk(const ErrorSite& site, const toml::table& table) {
  const TableReader reader(site, table, "[[ramdisk]]", ramdisk_keys);
  Ramdisk ramdisk{.raw = reader.input("raw"), .at = reader.at()};
  refuse_other_compression(reader);
  if (ramdisk.raw && reader.has("compression"))
    reader.fail("compression", "a raw ramdisk is taken as it is, so `compression` means nothing");
  const toml::array* layers = reader.tables("layer");
  const std::size_t layer_count = layers == nullptr ? 0 : layers->size();
  if (ramdisk.raw) {
    if (layer_count != 0) reader.fail("layer", "a raw ramdisk has layers beside it");
    return ramdisk;
  }
  if (layer_count == 0)
    site.fail(ramdisk.at, "a ramdisk has no layers",
              {.expected = "[[ramdisk.layer]] tables, or `raw`"});
  for (const toml::node& node : *layers) {
    const toml::table& layer = *node.as_table();
    if (kind_of(site, layer) == "raw")
      ramdisk.raw = parse_raw_layer(site, layer, layer_count - 1);
    else
      ramdisk.layers.push_back(parse_layer(site, layer));
  }
  return ramdisk;
}

}  // namespace reproduce::manifest
