#include "reproduce/build/plan.hpp"

#include <optional>
#include <string_view>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/build/init_check.hpp"
#include "reproduce/eif/metadata.hpp"

namespace reproduce::build {
namespace {

using manifest::InputKind;
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

/// Numbers in the ledger, in the order of the manifest.
struct AdmittedInputs {
  std::size_t kernel = 0;
  std::optional<std::size_t> config;
  struct RamdiskInputs {
    std::optional<std::size_t> raw;
    LayerInputs layers;
  };
  std::vector<RamdiskInputs> ramdisks;
};

AdmittedInputs admit_all(const Manifest& manifest, inputs::Ledger& ledger) {
  AdmittedInputs admitted;
  admitted.kernel = ledger.admit(InputKind::kernel, manifest.kernel.source);
  if (manifest.kernel.config)
    admitted.config = ledger.admit(InputKind::kernel_config, *manifest.kernel.config);
  for (const manifest::Ramdisk& ramdisk : manifest.ramdisks) {
    AdmittedInputs::RamdiskInputs& inputs = admitted.ramdisks.emplace_back();
    if (ramdisk.raw)
      inputs.raw = ledger.admit(InputKind::raw, *ramdisk.raw);
    else
      inputs.layers = LayeredRamdisk::admit(ramdisk, ledger);
  }
  return admitted;
}

eif::KernelConfigInfo kernel_info(const Manifest& manifest, std::optional<std::size_t> config,
                                  inputs::Ledger& ledger) {
  if (!config) return {.operating_system = "Linux", .kernel_version = "unknown"};
  const Bytes text = inputs::read_input(ledger, *config, max_config_size, "kernel config");
  try {
    return eif::parse_kernel_config(as_text(text));
  } catch (Error& error) {
    error.set_file_if_unknown(manifest.locate(*manifest.kernel.config).string());
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

std::unique_ptr<inputs::InputSource> open_kernel(inputs::Ledger& ledger, std::size_t input) {
  auto kernel = std::make_unique<inputs::InputSource>(ledger, input);
  if (kernel->size() == 0U)
    throw ledger.at_input(input,
                          Error(ErrorKind::malformed, "the kernel is empty",
                                {.file = ledger.location(input).string(),
                                 .hint = "it must be a bzImage (x86_64) or an Image (aarch64)"}));
  return kernel;
}

}  // namespace

bool stamps_tool_version(const Manifest& manifest) noexcept {
  return !manifest.image.metadata.build_tool_version;
}

Plan make_plan(const Manifest& manifest, inputs::Ledger& ledger, const Surroundings& surroundings) {
  const AdmittedInputs admitted = admit_all(manifest, ledger);
  Plan plan;
  plan.arch = image_arch(manifest.image.arch);
  plan.mtime = manifest.image.source_date_epoch;
  plan.kernel = open_kernel(ledger, admitted.kernel);
  plan.cmdline = manifest.kernel.cmdline;
  plan.metadata = make_metadata(manifest, kernel_info(manifest, admitted.config, ledger),
                                surroundings.tool_version);
  for (std::size_t i = 0; i < manifest.ramdisks.size(); ++i) {
    const AdmittedInputs::RamdiskInputs& inputs = admitted.ramdisks[i];
    if (inputs.raw) {
      plan.ramdisks.emplace_back(std::make_unique<inputs::InputSource>(ledger, *inputs.raw));
      continue;
    }
    LayeredRamdisk ramdisk(manifest, manifest.ramdisks[i], inputs.layers, ledger,
                           surroundings.scratch_folder);
    const Warnings& losses = ramdisk.warnings();
    plan.warnings.insert(plan.warnings.end(), losses.begin(), losses.end());
    plan.ramdisks.emplace_back(std::move(ramdisk));
  }
  if (const auto warning = missing_init(plan)) plan.warnings.push_back(*warning);
  return plan;
}

}  // namespace reproduce::build
