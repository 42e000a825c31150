#include "reproduce/manifest/parse.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "parse_app.hpp"
#include "parse_image.hpp"
#include "parse_ramdisk.hpp"
#include "source_reader.hpp"
#include "table_reader.hpp"

#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::manifest {
namespace {

constexpr std::array<std::string_view, 8> root_keys{"image",     "kernel", "app",     "ramdisk",
                                                    "signature", "sign",   "command", "lint"};

/// Besides the two of the app.
std::size_t room_for_ramdisks(const Manifest& manifest) {
  const std::vector<SectionKind> order = manifest.section_order();
  const auto others = static_cast<std::size_t>(std::count_if(
      order.begin(), order.end(), [](SectionKind kind) { return kind != SectionKind::ramdisk; }));
  return max_sections - others - (manifest.app ? app_ramdisks : 0);
}

void parse_ramdisks(const ErrorSite& site, SourceReader& sources, const toml::array* tables,
                    Manifest& manifest) {
  if (tables == nullptr || tables->empty()) {
    if (manifest.app || manifest.image.sections) return;
    site.fail({}, "the manifest has no ramdisk",
              {.expected = "[app], or at least one [[ramdisk]] with layers, or with `raw`",
               .hint = "the kernel starts /init from the first ramdisk"});
  }
  const std::size_t most = room_for_ramdisks(manifest);
  for (const toml::node& node : *tables) {
    if (manifest.ramdisks.size() == most)
      site.fail(begin_of(node), "too many ramdisks",
                {.expected = "at most " + std::to_string(most),
                 .got = std::to_string(tables->size()),
                 .hint = "an image has at most 32 sections; put more layers into one ramdisk"});
    manifest.ramdisks.push_back(parse_ramdisk(site, sources, *node.as_table()));
  }
}

void parse_commands(const ErrorSite& site, const toml::array* tables, Manifest& manifest) {
  if (tables != nullptr)
    for (const toml::node& node : *tables) {
      manifest.commands.push_back(parse_command(site, *node.as_table()));
      const Command& added = manifest.commands.back();
      for (const Command& other : manifest.commands)
        if (&other != &added && other.name == added.name)
          site.fail(added.at, "two commands have the name " + quote(added.name));
    }
  for (const Input& input : manifest.inputs) {
    const auto is_meant = [&](const Command& command) { return command.name == input.name; };
    if (input.origin == Origin::command &&
        std::none_of(manifest.commands.begin(), manifest.commands.end(), is_meant))
      site.fail(input.at, "there is no command " + quote(input.name),
                {.expected = "a [[command]] with this `name`"});
  }
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
  const toml::table table = parse_toml(site, text, "the manifest");
  const TableReader root(site, table, "the manifest", root_keys);

  Manifest manifest;
  manifest.file = file;
  manifest.digest = sha256(as_bytes(text));
  SourceReader sources(site, manifest.inputs);
  const toml::table& image = required_table(site, root, "image", "`name` and `arch`");
  manifest.image = parse_image(site, sources, image);
  manifest.kernel =
      parse_kernel(site, sources, required_table(site, root, "kernel", "`path`"), manifest.image);
  if (const toml::table* app = root.table("app")) manifest.app = parse_app(site, sources, *app);
  if (const toml::table* signature = root.table("signature"))
    manifest.signature = parse_signature(site, sources, *signature);
  if (const toml::table* sign = root.table("sign")) {
    if (manifest.signature)
      site.fail(begin_of(*sign), "the manifest has both [signature] and [sign]",
                {.expected = "[signature] for a section that is there already, or [sign] for one "
                             "that the build makes"});
    manifest.sign = parse_sign(site, sources, *sign);
  }
  parse_ramdisks(site, sources, root.tables("ramdisk"), manifest);
  require_sections_fit(site, image, manifest);
  parse_commands(site, root.tables("command"), manifest);
  if (const toml::table* lint = root.table("lint")) manifest.lint = parse_lint(site, *lint);
  manifest.text = std::move(text);
  return manifest;
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
