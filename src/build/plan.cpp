#include "reproduce/build/plan.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/build/app.hpp"
#include "reproduce/build/init_check.hpp"
#include "reproduce/eif/metadata.hpp"

namespace reproduce::build {
namespace {

using manifest::Manifest;

constexpr std::string_view tool_name = "reproduce";

/// Distributions' configs have about 300 KiB.
constexpr std::uint64_t max_config_size = std::uint64_t{16} << 20;

eif::Arch image_arch(manifest::Arch arch) {
  switch (arch) {
    case manifest::Arch::x86_64:
      return eif::Arch::x86_64;
    case manifest::Arch::aarch64:
      return eif::Arch::aarch64;
  }
  throw Error(ErrorKind::bug, "unknown architecture");
}

eif::KernelConfigInfo kernel_info(const Manifest& manifest, inputs::Ledger& ledger,
                                  inputs::Reader& reader) {
  const std::optional<manifest::FileRef>& config = manifest.kernel.config;
  if (!config) return {.operating_system = "Linux", .kernel_version = "unknown"};
  const Bytes text = reader.read(*config, max_config_size, "kernel config");
  try {
    return eif::parse_kernel_config(as_text(text));
  } catch (Error& error) {
    error.set_file_if_unknown(ledger.location(config->input).string());
    throw;
  }
}

Bytes make_metadata(const Manifest& manifest, const eif::KernelConfigInfo& kernel,
                    const std::string& tool_version) {
  const manifest::Image& image = manifest.image;
  const manifest::Metadata& given = image.metadata;
  eif::Metadata metadata{
      .image_name = image.name,
      .image_version = image.version,
      .build_time = given.build_time.value_or(format_utc_with_offset(image.source_date_epoch)),
      .build_tool = given.build_tool.value_or(std::string(tool_name)),
      .build_tool_version = given.build_tool_version.value_or(tool_version),
      .operating_system = given.operating_system.value_or(kernel.operating_system),
      .kernel_version = given.kernel_version.value_or(kernel.kernel_version)};
  if (given.custom) metadata.custom_metadata = eif::canonical_json(*given.custom);
  return eif::encode_metadata(metadata);
}

inputs::OpenInput open_kernel(const Manifest& manifest, inputs::Ledger& ledger,
                              inputs::Reader& reader) {
  const manifest::FileRef& source = manifest.kernel.source;
  inputs::OpenInput kernel = reader.open(source);
  if (kernel.size == 0U)
    throw ledger.at_input(source.input,
                          Error(ErrorKind::malformed, "the kernel is empty",
                                {.file = ledger.location(source.input).string(),
                                 .hint = "it must be a bzImage (x86_64) or an Image (aarch64)"}));
  return kernel;
}

}  // namespace

bool stamps_tool_version(const Manifest& manifest) noexcept {
  return !manifest.image.metadata.build_tool_version;
}

Plan make_plan(const Manifest& manifest, inputs::Ledger& ledger, const Surroundings& surroundings) {
  inputs::Reader reader(ledger, surroundings.scratch_folder);
  Plan plan;
  plan.arch = image_arch(manifest.image.arch);
  plan.mtime = manifest.image.source_date_epoch;
  plan.threads = surroundings.threads;
  plan.kernel = open_kernel(manifest, ledger, reader);
  plan.cmdline = manifest.kernel.cmdline;
  plan.metadata =
      make_metadata(manifest, kernel_info(manifest, ledger, reader), surroundings.tool_version);
  const auto add_layered = [&plan](LayeredRamdisk ramdisk) {
    const SourceNotes& notes = ramdisk.notes();
    plan.warnings.insert(plan.warnings.end(), notes.warnings.begin(), notes.warnings.end());
    plan.unlinted.insert(plan.unlinted.end(), notes.unlinted.begin(), notes.unlinted.end());
    plan.ramdisks.emplace_back(std::move(ramdisk));
  };
  if (manifest.app)
    for (LayeredRamdisk& ramdisk : plan_app(*manifest.app, manifest.image.arch, ledger, reader))
      add_layered(std::move(ramdisk));
  for (const manifest::Ramdisk& ramdisk : manifest.ramdisks) {
    if (ramdisk.raw)
      plan.ramdisks.emplace_back(reader.open(*ramdisk.raw));
    else
      add_layered(plan_ramdisk(ramdisk, ledger, reader));
  }
  if (const auto warning = missing_init(plan)) plan.warnings.push_back(*warning);
  return plan;
}

}  // namespace reproduce::build
