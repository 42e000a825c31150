#include "reproduce/build/eif_build.hpp"

#include <string_view>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/eif/metadata.hpp"

namespace reproduce::build {
namespace {

using manifest::InputKind;

constexpr std::string_view default_version = "1.0";
constexpr std::string_view default_image_os = "OS";
constexpr std::string_view default_image_kernel = "kernel";

/// The last second that RFC 3339 can name: 9999-12-31T23:59:59Z.
constexpr std::uint64_t last_second = 253402300799;

manifest::FileRef add_input(manifest::Manifest& manifest, InputKind kind, const std::string& path) {
  manifest.inputs.push_back({.kind = kind, .name = path});
  return {.input = manifest.inputs.size() - 1};
}

std::string build_time(const EifBuildFlags& flags) {
  if (flags.build_time) {
    if (!parse_rfc3339(*flags.build_time))
      throw Error(
          ErrorKind::usage, "--build-time is not an RFC 3339 time",
          {.expected = "such as 2020-01-01T00:00:00+00:00", .got = "'" + *flags.build_time + "'"});
    return *flags.build_time;
  }
  // Never the clock: the same command gives the same image on any day.
  if (!flags.source_date_epoch) return format_utc_with_offset(0);
  const auto seconds = parse_decimal(*flags.source_date_epoch);
  if (!seconds || *seconds > last_second)
    throw Error(ErrorKind::usage, "SOURCE_DATE_EPOCH is not a number of seconds since 1970",
                {.expected = "0 to " + std::to_string(last_second),
                 .got = "'" + *flags.source_date_epoch + "'"});
  return format_utc_with_offset(static_cast<UnixSeconds>(*seconds));
}

std::string custom_metadata(const std::string& file) {
  const Bytes text = read_file(file, eif::max_custom_metadata_size, "custom metadata");
  try {
    return eif::canonical_json(as_text(text));
  } catch (Error& error) {
    error.set_file_if_unknown(file);
    throw;
  }
}

void set_kernel_info(const EifBuildFlags& flags, FlagManifest& result) {
  manifest::Metadata& metadata = result.manifest.image.metadata;
  if (!flags.kernel_config) {
    metadata.operating_system = flags.image_os.value_or(std::string(default_image_os));
    metadata.kernel_version = flags.image_kernel.value_or(std::string(default_image_kernel));
    return;
  }
  result.manifest.kernel.config =
      add_input(result.manifest, InputKind::kernel_config, *flags.kernel_config);
  const std::string reason = " has no effect, because --kernel-config says it already";
  if (flags.image_os) result.warnings.push_back("--img-os" + reason);
  if (flags.image_kernel) result.warnings.push_back("--img-kernel" + reason);
}

/// Both or neither: never an unsigned image in place of a signed one.
void set_sign(const EifBuildFlags& flags, manifest::Manifest& manifest) {
  if (!flags.signing_certificate && !flags.private_key) return;
  if (!flags.signing_certificate || !flags.private_key)
    throw Error(ErrorKind::usage,
                flags.private_key ? "--signing-certificate is missing" : "--private-key is missing",
                {.hint = "an image is signed with both; where the key is elsewhere, build without "
                         "them and use `reproduce sign --request`"});
  manifest.sign = {
      .certificate = add_input(manifest, InputKind::certificate, *flags.signing_certificate),
      .key = *flags.private_key};
}

void set_ramdisks(const EifBuildFlags& flags, manifest::Manifest& manifest) {
  if (flags.ramdisks.empty())
    throw Error(ErrorKind::usage, "there is no ramdisk",
                {.expected = "at least one --ramdisk FILE",
                 .hint = "the kernel starts /init from the first one"});
  const std::size_t most = manifest::max_ramdisks - (manifest.sign ? 1 : 0);
  if (flags.ramdisks.size() > most)
    throw Error(ErrorKind::usage, "too many ramdisks",
                {.expected = "at most " + std::to_string(most),
                 .got = std::to_string(flags.ramdisks.size()),
                 .hint = "an image has at most 32 sections, of which kernel, command line and "
                         "metadata take three, and a signature one"});
  for (const std::string& ramdisk : flags.ramdisks)
    manifest.ramdisks.push_back({.raw = add_input(manifest, InputKind::raw, ramdisk)});
}

}  // namespace

FlagManifest manifest_from_flags(const EifBuildFlags& flags) {
  FlagManifest result;
  manifest::Manifest& manifest = result.manifest;
  manifest.image.arch = flags.arch;
  manifest.image.name =
      flags.name.value_or(std::filesystem::path(flags.kernel).filename().string());
  // eif_build 0.3 and before take --name for the version too; later ones do not.
  manifest.image.version =
      flags.version ? *flags.version : flags.name.value_or(std::string(default_version));

  manifest::Metadata& metadata = manifest.image.metadata;
  metadata.build_time = build_time(flags);
  metadata.build_tool = flags.build_tool;
  metadata.build_tool_version = flags.build_tool_version;
  if (flags.metadata) metadata.custom = custom_metadata(*flags.metadata);

  manifest.kernel.source = add_input(manifest, InputKind::kernel, flags.kernel);
  manifest.kernel.cmdline = flags.cmdline;
  set_kernel_info(flags, result);
  set_sign(flags, manifest);
  set_ramdisks(flags, manifest);
  return result;
}

}  // namespace reproduce::build
