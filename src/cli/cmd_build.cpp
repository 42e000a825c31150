#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "exit_code.hpp"
#include "progress.hpp"
#include "verb.hpp"
#include "version.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/build/build.hpp"
#include "reproduce/build/eif_build.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/parse.hpp"
#include "reproduce/report/build.hpp"

namespace reproduce::cli {
namespace {

struct Options {
  std::string manifest = "enclave.toml";
  std::string output;
  build::EifBuildFlags flags;
  std::string arch = "x86_64";
  std::vector<std::string> signing;  ///< what eif_build signs with

  // Owned by the subcommand; they tell what was given.
  CLI::Option* manifest_option = nullptr;
  std::vector<CLI::Option*> required_flags;
  std::vector<CLI::Option*> other_flags;
};

constexpr const char* stdout_name = "-";

/// Where archives that are unpacked, and images on their way to a pipe, wait.
std::filesystem::path scratch_folder(const std::string& output) {
  if (output == stdout_name) return std::filesystem::temp_directory_path();
  const std::filesystem::path folder = std::filesystem::path(output).parent_path();
  return folder.empty() ? "." : folder;
}

/// Builds into a file that appears only when everything went well, or goes to standard
/// output only then.
template <class Build>
ExitCode build_into(const std::string& output, const Terminal& terminal, Build build) {
  const bool to_stdout = output == stdout_name;
  if (to_stdout && terminal.json())
    throw Error(ErrorKind::usage, "standard output cannot be both the image and --json");
  const std::filesystem::path folder = scratch_folder(output);
  AtomicFile file(to_stdout ? folder / "reproduce.eif" : std::filesystem::path(output));
  const build::BuiltImage built =
      build(build::Surroundings{.tool_version = version, .scratch_folder = folder}, file);
  if (to_stdout) {
    DescriptorSink sink(STDOUT_FILENO, "standard output");
    file.copy_to(sink);
  } else {
    file.publish();
  }
  if (terminal.json()) {
    terminal.answer(report::build_json(output, built));
    return ExitCode::yes;
  }
  for (const std::string& warning : built.warnings) terminal.warning(warning);
  if (!to_stdout) terminal.answer_to_people(report::build_text(output, built));
  return ExitCode::yes;
}

/// `NAME.eif` in the current folder.
std::string default_output(const manifest::Manifest& manifest) {
  const std::string& name = manifest.image.name;
  if (name.find('/') != std::string::npos)
    throw Error(ErrorKind::usage, "the image's name is no file name, so the output needs one",
                {.file = manifest.file.string(),
                 .got = "name = \"" + name + "\"",
                 .hint = "say `-o FILE`"});
  return name + ".eif";
}

ExitCode build_manifest(const Options& options, const Terminal& terminal) {
  const manifest::Manifest manifest = manifest::load_manifest(options.manifest);
  const std::filesystem::path lock_file = manifest::lock_path_for(manifest.file);
  const manifest::Lock lock = manifest::load_lock(lock_file);
  manifest::require_fresh(lock, manifest, lock_file);
  const std::string output = options.output.empty() ? default_output(manifest) : options.output;
  return build_into(
      output, terminal, [&](const build::Surroundings& surroundings, AtomicFile& file) {
        build::require_same_writers(lock, manifest, surroundings);
        Progress progress(terminal, "building", lock.image.size);
        return build::build_locked(manifest, lock, surroundings, file, progress.callback());
      });
}

ExitCode build_flags(const Options& options, const Terminal& terminal) {
  if (!options.signing.empty())
    throw Error(ErrorKind::usage,
                "signing is not available here, and no unsigned image is made "
                "in its place",
                {.hint = "build without --signing-certificate and --private-key, and sign the "
                         "image with another tool"});
  build::EifBuildFlags flags = options.flags;
  flags.arch = options.arch == "aarch64" ? manifest::Arch::aarch64 : manifest::Arch::x86_64;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
  if (const char* const epoch = std::getenv("SOURCE_DATE_EPOCH"))
    flags.source_date_epoch = std::string(epoch);
  const build::FlagManifest described = build::manifest_from_flags(flags);
  return build_into(
      options.output, terminal, [&](const build::Surroundings& surroundings, AtomicFile& file) {
        Progress progress(terminal, "building", 0);
        build::BuiltImage built =
            build::build_unpinned(described.manifest, surroundings, file, progress.callback());
        built.warnings.insert(built.warnings.begin(), described.warnings.begin(),
                              described.warnings.end());
        return built;
      });
}

/// Whether the command line describes the image itself, and then all of it.
bool describes_image(const Options& options) {
  const auto given = [](const CLI::Option* option) { return option->count() != 0; };
  const auto& required = options.required_flags;
  const auto& others = options.other_flags;
  // --output, the last of the required ones, goes with a manifest as well.
  if (std::none_of(required.begin(), required.end() - 1, given) &&
      std::none_of(others.begin(), others.end(), given))
    return false;
  if (given(options.manifest_option))
    throw Error(ErrorKind::usage, "there is a manifest, and options that describe an image too",
                {.got = "'" + options.manifest + "'",
                 .hint = "put what the options say into the manifest, or leave it out"});
  for (const CLI::Option* const option : required)
    if (!given(option))
      throw Error(ErrorKind::usage, option->get_name() + " is missing",
                  {.hint = "without a manifest, --kernel, --cmdline, --ramdisk and --output are "
                           "required"});
  return true;
}

/// eif_build's options, in the spellings of all its versions.
void add_flag_options(CLI::App& app, Options& options) {
  build::EifBuildFlags& flags = options.flags;
  const auto add = [&app](const std::string& names, auto& value, const std::string& type,
                          const std::string& text) {
    return app.add_option(names, value, text)
        ->type_name(type)
        ->group("Without a manifest, as AWS's eif_build");
  };
  options.required_flags = {add("--kernel", flags.kernel, "FILE", "bzImage or Image"),
                            add("--cmdline", flags.cmdline, "TEXT", "the kernel's command line"),
                            add("--ramdisk", flags.ramdisks, "FILE...", "ready ramdisks, in order"),
                            app.add_option("-o,--output", options.output,
                                           "the image, or - for standard output; default: NAME.eif")
                                ->type_name("FILE")};
  options.other_flags = {
      add("--arch", options.arch, "ARCH", "x86_64 (the default) or aarch64")
          ->check(CLI::IsMember({"x86_64", "aarch64"}), "architecture")
          ->type_name("ARCH"),
      add("--name,--image-name", flags.name, "TEXT", "default: the kernel's file name"),
      add("--version,--image-version", flags.version, "TEXT",
          "default: what --name says, else 1.0"),
      add("--metadata", flags.metadata, "FILE", "JSON, at most 4096 bytes"),
      add("--build-time,--build_time", flags.build_time, "TIME",
          "RFC 3339; default: SOURCE_DATE_EPOCH, else 1970"),
      add("--build-tool,--build_tool", flags.build_tool, "TEXT", "default: reproduce"),
      add("--build-tool-version,--build_tool_version", flags.build_tool_version, "TEXT",
          "default: the version of reproduce"),
      add("--img-os,--image-os", flags.image_os, "TEXT", "default: OS"),
      add("--img-kernel,--image-kernel", flags.image_kernel, "TEXT", "default: kernel"),
      add("--kernel-config,--kernel_config", flags.kernel_config, "FILE",
          "the kernel's .config, which names system and version"),
      add("--signing-certificate,--private-key", options.signing, "FILE",
          "refused: signing is not available")};
}

}  // namespace

Verb add_build(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root, {.name = "build",
             .sentence = "Builds an image from exactly the inputs that its lock pins",
             .examples = {"reproduce build", "reproduce build app/enclave.toml -o app.eif",
                          "reproduce build --kernel bzImage --cmdline 'reboot=k panic=30' "
                          "--ramdisk init.cpio --ramdisk app.cpio -o app.eif"},
             .details = "The lock stands beside the manifest (enclave.toml, enclave.lock) and is "
                        "made by\n`reproduce lock`. An input that differs from its pin ends the "
                        "build with exit 4. The\nimage appears whole or not at all.",
             .page = "docs/formats/manifest.md, docs/formats/eif.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  options->manifest_option =
      app->add_option("MANIFEST", options->manifest, "default: enclave.toml")->type_name("");
  add_flag_options(*app, *options);
  return {app, [options](const Terminal& terminal) {
            return describes_image(*options) ? build_flags(*options, terminal)
                                             : build_manifest(*options, terminal);
          }};
}

}  // namespace reproduce::cli
