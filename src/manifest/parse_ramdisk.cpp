#include "parse_ramdisk.hpp"

#include <array>
#include <utility>

#include "layer_fields.hpp"

#include "reproduce/base/text.hpp"

namespace reproduce::manifest {
namespace {

using Keys = std::span<const std::string_view>;

/// The key that says what kind a layer is. Only one may stand in a layer.
constexpr std::array<std::string_view, 14> kinds{"file",  "url",   "dir",     "cpio", "tar",
                                                 "deb",   "debs",  "oci",     "eif",  "text",
                                                 "mkdir", "mknod", "symlink", "raw"};

constexpr std::array<std::string_view, 5> file_keys{"file", "to", "mode", "uid", "gid"};
constexpr std::array<std::string_view, 6> url_keys{"url", "sha256", "to", "mode", "uid", "gid"};
constexpr std::array<std::string_view, 2> tree_keys{"to", "owner"};
constexpr std::array<std::string_view, 5> member_keys{"member", "to", "mode", "uid", "gid"};
constexpr std::array<std::string_view, 5> text_keys{"text", "to", "mode", "uid", "gid"};
constexpr std::array<std::string_view, 4> symlink_keys{"symlink", "to", "uid", "gid"};
constexpr std::array<std::string_view, 4> mkdir_keys{"mkdir", "mode", "uid", "gid"};
constexpr std::array<std::string_view, 7> mknod_keys{"mknod", "type", "major", "minor",
                                                     "mode",  "uid",  "gid"};
constexpr std::array<std::string_view, 1> raw_keys{"raw"};
constexpr std::array<std::string_view, 3> ramdisk_keys{"compression", "layer", "raw"};

constexpr std::uint32_t default_file_mode = 0644;
constexpr std::uint32_t default_folder_mode = 0755;
constexpr std::uint32_t default_device_mode = 0600;

/// The layer kinds that bring a tree, each an input kind of the same name.
constexpr std::array<InputKind, 7> tree_kinds{InputKind::dir, InputKind::cpio, InputKind::tar,
                                              InputKind::deb, InputKind::debs, InputKind::oci,
                                              InputKind::eif};

/// Reads the layers of one ramdisk.
class LayerReader {
 public:
  LayerReader(const ErrorSite& site, SourceReader& sources) : site_(site), sources_(sources) {}

  [[nodiscard]] Layer read(std::string_view kind, const toml::table& table) {
    const Position at = begin_of(table);
    if (kind == "file") return {read_file(open(kind, table, file_keys)), at};
    if (kind == "url") return {read_url(open(kind, table, url_keys)), at};
    if (kind == "text") return {read_text(open(kind, table, text_keys)), at};
    if (kind == "symlink") return {read_symlink(open(kind, table, symlink_keys)), at};
    if (kind == "mkdir") return {read_mkdir(open(kind, table, mkdir_keys)), at};
    if (kind == "mknod") return {read_mknod(open(kind, table, mknod_keys)), at};
    for (const InputKind tree_kind : tree_kinds)
      if (kind == name_of(tree_kind)) return {read_container(tree_kind, table), at};
    throw Error(ErrorKind::bug, "a layer of a kind that nobody reads");
  }

 private:
  [[nodiscard]] TableReader open(std::string_view kind, const toml::table& table, Keys keys) const {
    return {site_, table, "a " + std::string(kind) + " layer", keys};
  }

  FileLayer read_file(const TableReader& layer) {
    return {.source = sources_.file(layer, "file", InputKind::file),
            .to = inner_path(layer, "to", false),
            .mode = mode_of(layer),
            .owner = owner_of(layer)};
  }

  FileLayer read_url(const TableReader& layer) {
    return {.source = sources_.file_in(layer, InputKind::file),
            .to = inner_path(layer, "to", false),
            .mode = mode_of(layer),
            .owner = owner_of(layer)};
  }

  /// All that it holds, or the one member that the layer names.
  decltype(Layer::kind) read_container(InputKind kind, const toml::table& table) {
    const bool is_member = table.contains("member") && kind != InputKind::dir;
    std::vector<std::string_view> keys{name_of(kind)};
    const Keys helpers = is_member ? Keys(member_keys) : Keys(tree_keys);
    keys.insert(keys.end(), helpers.begin(), helpers.end());
    if (kind == InputKind::debs) keys.emplace_back("dependencies");
    if (kind == InputKind::eif) keys.emplace_back("section");
    if (kind == InputKind::dir) keys.emplace_back("attributes");
    if (kind == InputKind::oci) keys.emplace_back("platform");
    if (kind != InputKind::debs && kind != InputKind::dir) keys.emplace_back("sha256");
    const TableReader layer = open(name_of(kind), table, keys);
    FileRef source = sources_.container(layer, kind);
    if (is_member)
      return FileLayer{.source = std::move(source),
                       .to = inner_path(layer, "to", false),
                       .mode = mode_of(layer),
                       .owner = owner_of(layer)};
    if (kind == InputKind::eif && !source.part.starts_with("ramdisk"))
      layer.fail("section", "only a ramdisk of an image can be a layer",
                 {.expected = "ramdisk and its number, such as \"ramdisk 0\"",
                  .got = "'" + source.part + "'"});
    TreeLayer tree{
        .source = std::move(source), .to = inner_folder(layer), .owner = common_owner(layer)};
    if (kind == InputKind::dir)
      tree.attributes = sources_.optional_file(layer, "attributes", InputKind::attributes);
    if (tree.attributes && tree.owner)
      layer.fail("owner", "`owner` means nothing beside `attributes`, which say each owner");
    return tree;
  }

  static TextLayer read_text(const TableReader& layer) {
    return {.text = layer.string_or("text", ""),
            .to = inner_path(layer, "to", false),
            .mode = mode_of(layer).value_or(default_file_mode),
            .owner = owner_of(layer)};
  }

  static SymlinkLayer read_symlink(const TableReader& layer) {
    SymlinkLayer symlink{.target = layer.required_string("symlink"),
                         .to = inner_path(layer, "to", false),
                         .owner = owner_of(layer)};
    if (symlink.target.size() >= path_max)
      layer.fail("symlink", "the target of the link is longer than 4095 bytes");
    return symlink;
  }

  static FolderLayer read_mkdir(const TableReader& layer) {
    return {.to = inner_path(layer, "mkdir", false),
            .mode = mode_of(layer).value_or(default_folder_mode),
            .owner = owner_of(layer)};
  }

  static DeviceLayer read_mknod(const TableReader& layer) {
    const std::string type = layer.required_string("type");
    if (type != "c" && type != "b")
      layer.fail("type", "`type` is no type of device",
                 {.expected = "\"c\" (character) or \"b\" (block)", .got = "'" + type + "'"});
    return {.is_block = type == "b",
            .device_major = device_number(layer, "major", largest_device_major),
            .device_minor = device_number(layer, "minor", largest_device_minor),
            .to = inner_path(layer, "mknod", false),
            .mode = mode_of(layer).value_or(default_device_mode),
            .owner = owner_of(layer)};
  }

  static std::uint32_t device_number(const TableReader& layer, std::string_view key,
                                     std::uint32_t largest) {
    if (!layer.has(key)) layer.fail_missing(key);
    const std::uint32_t number = layer.number_or(key, 0);
    if (number > largest)
      layer.fail(key, "`" + std::string(key) + "` is beyond Linux's device numbers",
                 {.expected = "at most " + std::to_string(largest), .got = std::to_string(number)});
    return number;
  }

  /// Linux's dev_t: 12 bits of major and 20 bits of minor number.
  static constexpr std::uint32_t largest_device_major = 0xfff;
  static constexpr std::uint32_t largest_device_minor = 0xfffff;

  const ErrorSite& site_;
  SourceReader& sources_;
};

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

/// A layer of kind `raw` is another way to write `raw` in the ramdisk itself.
FileRef read_raw_layer(const ErrorSite& site, SourceReader& sources, const toml::table& table,
                       std::size_t neighbours) {
  const TableReader layer(site, table, "a raw layer", raw_keys);
  if (neighbours != 0)
    layer.fail("raw", "a raw ramdisk has other layers beside it",
               {.hint = "a raw file is taken byte for byte; to merge an archive with other "
                        "layers, name it as `cpio`"});
  return sources.file(layer, "raw", InputKind::raw);
}

}  // namespace

Compression parse_compression(const TableReader& table) {
  const std::string name = table.string_or("compression", "none");
  constexpr std::array known{Compression::none, Compression::gzip, Compression::zstd,
                             Compression::xz};
  for (const Compression compression : known)
    if (name == name_of(compression)) return compression;
  table.fail("compression", "this compression is not available",
             {.expected = "none, gzip, zstd or xz",
              .got = "'" + name + "'",
              .hint = "compress the ramdisk yourself and give it as `raw`"});
}

Ramdisk parse_ramdisk(const ErrorSite& site, SourceReader& sources, const toml::table& table) {
  const TableReader reader(site, table, "[[ramdisk]]", ramdisk_keys);
  Ramdisk ramdisk{.raw = sources.optional_file(reader, "raw", InputKind::raw),
                  .compression = parse_compression(reader),
                  .layers = {},
                  .at = reader.at()};
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
  LayerReader reader_of_layers(site, sources);
  for (const toml::node& node : *layers) {
    const toml::table& layer = *node.as_table();
    const std::string_view kind = kind_of(site, layer);
    if (kind == "raw")
      ramdisk.raw = read_raw_layer(site, sources, layer, layer_count - 1);
    else
      ramdisk.layers.push_back(reader_of_layers.read(kind, layer));
  }
  if (ramdisk.raw && reader.has("compression"))
    reader.fail("compression", "a raw ramdisk is taken as it is, so `compression` means nothing");
  return ramdisk;
}

}  // namespace reproduce::manifest
