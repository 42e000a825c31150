#include "parse_image.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "custom_json.hpp"

#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::manifest {
namespace {

constexpr std::array<std::string_view, 9> image_keys{
    "name",        "version",     "arch",         "source_date_epoch", "metadata",
    "eif_version", "default_mem", "default_cpus", "sections"};
constexpr std::array<std::string_view, 7> metadata_keys{
    "raw",   "build_tool", "build_tool_version", "build_time", "operating_system", "kernel_version",
    "custom"};
constexpr std::array<std::string_view, 1> signature_keys{"raw"};
constexpr std::array<std::string_view, 2> sign_keys{"certificate", "key"};

/// AWS's builder stamps this when it is told no version.
constexpr std::string_view default_version = "1.0";

constexpr std::uint32_t oldest_eif_version = 2;
constexpr std::uint32_t first_eif_version_with_signature = 3;
constexpr std::uint32_t first_eif_version_with_metadata = 4;

constexpr std::string_view ramdisk_prefix = "ramdisk ";

Arch parse_arch(const TableReader& image) {
  const std::string name = image.required_string("arch");
  for (const Arch arch : {Arch::x86_64, Arch::aarch64})
    if (name == name_of(arch)) return arch;
  image.fail("arch", "unknown architecture",
             {.expected = "\"x86_64\" or \"aarch64\"", .got = "'" + name + "'"});
}

Metadata parse_metadata(const ErrorSite& site, SourceReader& sources, const toml::table& table) {
  const TableReader reader(site, table, "[image.metadata]", metadata_keys);
  Metadata metadata;
  metadata.raw = sources.optional_file(reader, "raw", InputKind::metadata);
  if (metadata.raw) {
    for (const std::string_view key : metadata_keys)
      if (key != "raw" && reader.has(key))
        reader.fail(key, "`" + std::string(key) + "` means nothing beside `raw`",
                    {.hint = "the file that `raw` names is the whole section"});
    return metadata;
  }
  metadata.build_tool = reader.string("build_tool");
  metadata.build_tool_version = reader.string("build_tool_version");
  metadata.build_time = reader.string("build_time");
  metadata.operating_system = reader.string("operating_system");
  metadata.kernel_version = reader.string("kernel_version");
  if (metadata.build_time && !parse_rfc3339(*metadata.build_time))
    reader.fail("build_time", "`build_time` is not an RFC 3339 time",
                {.expected = "such as \"2020-01-01T00:00:00+00:00\"",
                 .got = "'" + *metadata.build_time + "'"});
  if (const toml::table* custom = reader.table("custom"))
    metadata.custom = custom_json(site, *custom);
  return metadata;
}

std::uint16_t parse_eif_version(const TableReader& image) {
  const std::uint32_t version = image.number_or("eif_version", newest_eif_version);
  if (version < oldest_eif_version || version > newest_eif_version)
    image.fail("eif_version", "there is no such version of the image format",
               {.expected = "2, 3 or 4", .got = std::to_string(version)});
  return static_cast<std::uint16_t>(version);
}

/// `sections`: names of sections, ramdisks with their numbers.
std::optional<std::vector<SectionKind>> parse_sections(const TableReader& image) {
  const std::optional<std::vector<std::string>> names = image.strings("sections");
  if (!names) return std::nullopt;
  std::vector<SectionKind> sections;
  std::uint64_t ramdisks = 0;
  for (const std::string& name : *names) {
    SectionKind kind = SectionKind::ramdisk;
    for (const SectionKind known :
         {SectionKind::kernel, SectionKind::cmdline, SectionKind::metadata, SectionKind::signature})
      if (name == name_of(known)) kind = known;
    if (kind == SectionKind::ramdisk) {
      const std::string wanted = std::string(ramdisk_prefix) + std::to_string(ramdisks++);
      if (name != wanted)
        image.fail("sections", "`sections` names no section that can stand there",
                   {.expected = "kernel, cmdline, metadata, signature, or \"" + wanted + "\"",
                    .got = "'" + name + "'"});
    }
    sections.push_back(kind);
  }
  return sections;
}

std::size_t count_of(const std::vector<SectionKind>& sections, SectionKind kind) {
  return static_cast<std::size_t>(std::count(sections.begin(), sections.end(), kind));
}

void require_count(const TableReader& image, const std::vector<SectionKind>& sections,
                   SectionKind kind, std::size_t wanted) {
  const std::size_t count = count_of(sections, kind);
  if (count != wanted)
    image.fail("sections",
               "`sections` has " + std::string(name_of(kind)) + " " + counted(count, "time"),
               {.expected = counted(wanted, "time"), .got = counted(count, "time")});
}

}  // namespace

Image parse_image(const ErrorSite& site, SourceReader& sources, const toml::table& table) {
  const TableReader reader(site, table, "[image]", image_keys);
  Image image{.name = reader.required_string("name"),
              .version = reader.string_or("version", default_version),
              .arch = parse_arch(reader),
              .source_date_epoch = reader.number_or("source_date_epoch", 0),
              .eif_version = parse_eif_version(reader),
              .sections = parse_sections(reader),
              .metadata = {}};
  image.default_mem = reader.large_number_or("default_mem", image.default_mem);
  image.default_cpus = reader.large_number_or("default_cpus", image.default_cpus);
  if (const toml::table* metadata = reader.table("metadata"))
    image.metadata = parse_metadata(site, sources, *metadata);
  const bool is_written = !image.sections || count_of(*image.sections, SectionKind::metadata) != 0;
  if (!is_written && reader.has("metadata"))
    reader.fail("metadata", "`sections` leaves the metadata out, so nothing can be said of it");
  if (reader.has("version") && (image.metadata.raw || !is_written))
    reader.fail("version",
                "`version` means nothing here: the metadata section says it, and that "
                "is given whole or left out");
  return image;
}

Kernel parse_kernel(const ErrorSite& site, SourceReader& sources, const toml::table& table,
                    const Image& image) {
  std::vector<std::string_view> keys(file_source_keys.begin(), file_source_keys.end());
  keys.insert(keys.end(), {"config", "cmdline", "cmdline_file", "may_be_empty"});
  const TableReader reader(site, table, "[kernel]", keys);
  Kernel kernel;
  kernel.source = sources.file_in(reader, InputKind::kernel);
  kernel.may_be_empty = reader.boolean_or("may_be_empty", false);
  kernel.config = sources.optional_file(reader, "config", InputKind::kernel_config);
  if (kernel.config && image.metadata.raw)
    reader.fail("config", "`config` means nothing beside `raw` metadata, for which alone it is");
  kernel.cmdline_file = sources.optional_file(reader, "cmdline_file", InputKind::cmdline);
  if (!kernel.cmdline_file)
    kernel.cmdline = reader.string_or("cmdline", default_cmdline(image.arch));
  else if (reader.has("cmdline"))
    reader.fail("cmdline", "[kernel] has both `cmdline` and `cmdline_file`");
  return kernel;
}

Signature parse_signature(const ErrorSite& site, SourceReader& sources, const toml::table& table) {
  const TableReader reader(site, table, "[signature]", signature_keys);
  return {.raw = sources.file(reader, "raw", InputKind::signature)};
}

Sign parse_sign(const ErrorSite& site, SourceReader& sources, const toml::table& table) {
  const TableReader reader(site, table, "[sign]", sign_keys);
  Sign sign{.certificate = sources.file(reader, "certificate", InputKind::certificate),
            .key = reader.string_or("key", ""),
            .key_at = reader.at("key")};
  if (sign.key.empty())
    reader.fail(reader.has("key") ? "key" : "", "[sign] names no `key`",
                {.expected = "a PEM file, or a PKCS#11 URI such as \"pkcs11:token=...;object=...\"",
                 .hint = "where the key is elsewhere, leave [sign] out, build, and use "
                         "`reproduce sign --request`"});
  return sign;
}

void require_sections_fit(const ErrorSite& site, const toml::table& image_table,
                          const Manifest& manifest) {
  const TableReader image(site, image_table, "[image]", image_keys);
  const std::uint16_t version = manifest.image.eif_version;
  const bool has_signature = manifest.signature || manifest.sign;
  if (has_signature && version < first_eif_version_with_signature)
    image.fail("eif_version", "this version of the image format has no signature section",
               {.expected = "3 or 4", .got = std::to_string(version)});
  if (!manifest.image.sections) return;
  const std::vector<SectionKind>& sections = *manifest.image.sections;
  require_count(image, sections, SectionKind::kernel, 1);
  require_count(image, sections, SectionKind::cmdline, 1);
  if (version >= first_eif_version_with_metadata || count_of(sections, SectionKind::metadata) != 0)
    require_count(image, sections, SectionKind::metadata, 1);
  require_count(image, sections, SectionKind::signature, has_signature ? 1 : 0);
  if (manifest.sign && sections.back() != SectionKind::signature)
    image.fail("sections", "`sections` has something behind the signature that [sign] makes",
               {.hint = "it is made when all else is written, so it comes last"});
  require_count(image, sections, SectionKind::ramdisk,
                manifest.ramdisks.size() + (manifest.app ? app_ramdisks : 0));
  const auto ramdisk = std::find(sections.begin(), sections.end(), SectionKind::ramdisk);
  if (ramdisk < std::find(sections.begin(), sections.end(), SectionKind::kernel))
    image.fail("sections", "`sections` has a ramdisk before the kernel",
               {.hint = "the specification wants the kernel first, and readers refuse the image"});
}

}  // namespace reproduce::manifest
