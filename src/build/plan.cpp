#include "reproduce/build/plan.hpp"

#include <algorithm>
#include <optional>
#include <string>
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

/// The bytes of a section that the manifest gives whole; `decode` throws when they are none.
template <typename Decode>
Bytes read_section(const manifest::FileRef& ref, std::uint64_t limit, inputs::Ledger& ledger,
                   inputs::Reader& reader, Decode decode) {
  const std::string_view what = manifest::name_of(ledger.input(ref.input).kind);
  Bytes bytes = reader.read(ref, limit, what);
  try {
    decode(bytes);
  } catch (const Error& error) {
    ErrorContext context = error.context();
    context.file = ledger.location(ref.input).string();
    throw ledger.at_input(ref.input, Error(error.kind(), error.what(), std::move(context)));
  }
  return bytes;
}

/// A command line of more is streamed, and not looked into.
constexpr std::uint64_t longest_cmdline_read = std::uint64_t{1} << 20;

void plan_cmdline(const Manifest& manifest, inputs::Reader& reader, Plan& plan) {
  plan.cmdline = manifest.kernel.cmdline;
  if (!manifest.kernel.cmdline_file) return;
  inputs::OpenInput file = reader.open(*manifest.kernel.cmdline_file);
  if (!file.size || *file.size > longest_cmdline_read) {
    plan.long_cmdline = std::move(file);
    return;
  }
  plan.cmdline = as_text(read_all(*file.source, longest_cmdline_read, "command line"));
  if (plan.cmdline.find('\0') != std::string::npos)
    plan.warnings.emplace_back(
        "the command line has a NUL, and the kernel does not see what follows it");
}

void plan_signature(const Manifest& manifest, inputs::Ledger& ledger, inputs::Reader& reader,
                    Plan& plan) {
  if (!manifest.signature) return;
  plan.signature = read_section(
      manifest.signature->raw, eif::max_signature_size, ledger, reader,
      [&](ByteView bytes) { plan.signature_section = eif::decode_signature_section(bytes); });
}

/// The certificate is an input, pinned as all are, and read where the image stays unsigned too.
void plan_sign(const Manifest& manifest, inputs::Ledger& ledger, inputs::Reader& reader,
               const Surroundings& surroundings, Plan& plan) {
  if (!manifest.sign) return;
  const Bytes pem = read_section(
      manifest.sign->certificate, eif::max_signature_size, ledger, reader,
      [](ByteView bytes) { (void)decode_pem_certificate(as_text(bytes), "the certificate"); });
  if (surroundings.leave_unsigned) return;
  plan.certificate = as_text(pem);
  plan.signer = surroundings.signer;
  plan.signature_varies = manifest.sign->is_token();
}

eif::SectionType section_type(manifest::SectionKind kind) {
  switch (kind) {
    case manifest::SectionKind::kernel:
      return eif::SectionType::kernel;
    case manifest::SectionKind::cmdline:
      return eif::SectionType::cmdline;
    case manifest::SectionKind::metadata:
      return eif::SectionType::metadata;
    case manifest::SectionKind::ramdisk:
      return eif::SectionType::ramdisk;
    case manifest::SectionKind::signature:
      return eif::SectionType::signature;
  }
  throw Error(ErrorKind::bug, "unknown section");
}

inputs::OpenInput open_kernel(const Manifest& manifest, inputs::Ledger& ledger,
                              inputs::Reader& reader) {
  const manifest::FileRef& source = manifest.kernel.source;
  inputs::OpenInput kernel = reader.open(source);
  if (kernel.size == 0U && !manifest.kernel.may_be_empty)
    throw ledger.at_input(source.input,
                          Error(ErrorKind::malformed, "the kernel is empty",
                                {.file = ledger.location(source.input).string(),
                                 .hint = "it must be a bzImage (x86_64) or an Image (aarch64)"}));
  return kernel;
}

}  // namespace

bool makes_metadata(const Manifest& manifest) noexcept {
  const auto& sections = manifest.image.sections;
  const bool is_left_out =
      sections && std::find(sections->begin(), sections->end(), manifest::SectionKind::metadata) ==
                      sections->end();
  return !is_left_out && !manifest.image.metadata.raw;
}

bool stamps_tool_version(const Manifest& manifest) noexcept {
  return makes_metadata(manifest) && !manifest.image.metadata.build_tool_version;
}

Plan make_plan(const Manifest& manifest, inputs::Ledger& ledger, const Surroundings& surroundings) {
  inputs::Reader reader(ledger, surroundings.scratch_folder);
  Plan plan;
  plan.header = {.arch = image_arch(manifest.image.arch),
                 .version = manifest.image.eif_version,
                 .default_mem = manifest.image.default_mem,
                 .default_cpus = manifest.image.default_cpus};
  for (const manifest::SectionKind kind : manifest.section_order())
    if (!(manifest.sign && surroundings.leave_unsigned && kind == manifest::SectionKind::signature))
      plan.sections.push_back(section_type(kind));
  plan.mtime = manifest.image.source_date_epoch;
  plan.threads = surroundings.threads;
  plan.kernel = open_kernel(manifest, ledger, reader);
  plan.kernel_may_be_empty = manifest.kernel.may_be_empty;
  plan_cmdline(manifest, reader, plan);
  // Without a metadata section too: what the manifest names is read and pinned.
  plan.metadata =
      manifest.image.metadata.raw
          ? read_section(*manifest.image.metadata.raw, eif::max_metadata_size, ledger, reader,
                         [](ByteView bytes) { (void)eif::decode_metadata(bytes); })
          : make_metadata(manifest, kernel_info(manifest, ledger, reader),
                          surroundings.tool_version);
  plan_signature(manifest, ledger, reader, plan);
  plan_sign(manifest, ledger, reader, surroundings, plan);
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
