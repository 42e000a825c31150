#include "reproduce/manifest/parse.hpp"

#include <array>
#include <utility>

#include "custom_json.hpp"
#include "key_depth.hpp"
#include "parse_ramdisk.hpp"
#include "table_reader.hpp"

#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::manifest {
namespace {

constexpr std::array<std::string_view, 3> root_keys{"image", "kernel", "ramdisk"};
constexpr std::array<std::string_view, 5> image_keys{"name", "version", "arch", "source_date_epoch",
                                                     "metadata"};
constexpr std::array<std::string_view, 6> metadata_keys{"build_tool",     "build_tool_version",
                                                        "build_time",     "operating_system",
                                                        "kernel_version", "custom"};
constexpr std::array<std::string_view, 3> kernel_keys{"path", "config", "cmdline"};

/// AWS's builder stamps this when it is told no version.
constexpr std::string_view default_version = "1.0";

/// The parser's sentence without "Error while parsing", which the rest of ours says.
std::string reason_of(const toml::parse_error& error) {
  std::string_view reason = error.description();
  constexpr std::string_view opening = "Error while parsing ";
  if (reason.starts_with(opening)) reason.remove_prefix(opening.size());
  return std::string(reason);
}

toml::table parse_toml(const ErrorSite& site, std::string_view text) {
  refuse_deep_keys(site, text);
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    const toml::source_position begin = error.source().begin;
    site.fail({.line = begin.line, .column = begin.column}, "the manifest is not valid TOML",
              {.got = reason_of(error)});
  }
}

Arch parse_arch(const TableReader& image) {
  const std::string name = image.required_string("arch");
  for (const Arch arch : {Arch::x86_64, Arch::aarch64})
    if (name == name_of(arch)) return arch;
  image.fail("arch", "unknown architecture",
             {.expected = "\"x86_64\" or \"aarch64\"", .got = "'" + name + "'"});
}

Metadata parse_metadata(const ErrorSite& site, const toml::table& table) {
  const TableReader reader(site, table, "[image.metadata]", metadata_keys);
  Metadata metadata{.build_tool = reader.string("build_tool"),
                    .build_tool_version = reader.string("build_tool_version"),
                    .build_time = reader.string("build_time"),
                    .operating_system = reader.string("operating_system"),
                    .kernel_version = reader.string("kernel_version")};
  if (metadata.build_time && !parse_rfc3339(*metadata.build_time))
    reader.fail("build_time", "`build_time` is not an RFC 3339 time",
                {.expected = "such as \"2020-01-01T00:00:00+00:00\"",
                 .got = "'" + *metadata.build_time + "'"});
  if (const toml::table* custom = reader.table("custom"))
    metadata.custom = custom_json(site, *custom);
  return metadata;
}

Image parse_image(const ErrorSite& site, const toml::table& table) {
  const TableReader reader(site, table, "[image]", image_keys);
  Image image{.name = reader.required_string("name"),
              .version = reader.string_or("version", default_version),
              .arch = parse_arch(reader),
              .source_date_epoch = reader.number_or("source_date_epoch", 0),
              .metadata = {}};
  if (const toml::table* metadata = reader.table("metadata"))
    image.metadata = parse_metadata(site, *metadata);
  return image;
}

Kernel parse_kernel(const ErrorSite& site, const toml::table& table, Arch arch) {
  const TableReader reader(site, table, "[kernel]", kernel_keys);
  return {.source = reader.required_input("path"),
          .config = reader.input("config"),
          .cmdline = reader.string_or("cmdline", default_cmdline(arch))};
}

std::vector<Ramdisk> parse_ramdisks(const ErrorSite& site, const toml::array* tables) {
  if (tables == nullptr || tables->empty())
    site.fail({}, "the manifest has no ramdisk",
              {.expected = "at least one [[ramdisk]] with layers, or with `raw`",
               .hint = "the kernel starts /init from the first ramdisk"});
  std::vector<Ramdisk> ramdisks;
  for (const toml::node& node : *tables) {
    if (ramdisks.size() == max_ramdisks)
      site.fail(begin_of(node), "too many ramdisks",
                {.expected = "at most " + std::to_string(max_ramdisks),
                 .got = std::to_string(tables->size()),
                 .hint = "an image has at most 32 sections; put more layers into one ramdisk"});
    ramdisks.push_back(parse_ramdisk(site, *node.as_table()));
  }
  return ramdisks;
}

const toml::table& required_table(const ErrorSite& site, const TableReader& root,
                                  std::string_view key, const std::string& expected) {
  const toml::table* table = root.table(key);
  if (table == nullptr)
    site.fail({}, "the manifest has no [" + std::string(key) + "]", {.expected = expected});
  return *table;
}

}  // namespace

Manifest parse_manifest(std::string text, const std::filesystem::path& file) {
  const std::string name = file.string();
  const ErrorSite site(text, name);
  const toml::table table = parse_toml(site, text);
  const TableReader root(site, table, "the manifest", root_keys);

  Image image = parse_image(site, required_table(site, root, "image", "`name` and `arch`"));
  Kernel kernel = parse_kernel(site, required_table(site, root, "kernel", "`path`"), image.arch);
  std::vector<Ramdisk> ramdisks = parse_ramdisks(site, root.tables("ramdisk"));
  const Sha256Digest digest = sha256(as_bytes(text));
  return {.file = file,
          .text = std::move(text),
          .digest = digest,
          .image = std::move(image),
          .kernel = std::move(kernel),
          .ramdisks = std::move(ramdisks)};
}

Manifest load_manifest(const std::filesystem::path& file) {
  FileSource source(file);
  const Bytes bytes = [&] {
    try {
      return read_all(source, max_manifest_size, "manifest");
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::malformed) throw;
      throw Error(ErrorKind::usage, "the manifest is too large",
                  {.file = file.string(), .expected = "at most 1 MiB"});
    }
  }();
  Manifest manifest = parse_manifest(std::string(as_text(bytes)), file);
  trace("manifest", [&] {
    return "parsed '" + file.string() + "': " + counted(manifest.ramdisks.size(), "ramdisk") +
           ", SHA-256 " + to_hex(manifest.digest);
  });
  return manifest;
}

}  // namespace reproduce::manifest
