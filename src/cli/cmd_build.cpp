#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>

#include "building.hpp"
#include "check.hpp"
#include "exit_code.hpp"
#include "gate_files.hpp"
#include "image_signer.hpp"
#include "progress.hpp"
#include "signing_time.hpp"
#include "store_option.hpp"
#include "temporary_place.hpp"
#include "verb.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/build/confined.hpp"
#include "reproduce/build/eif_build.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/parse.hpp"
#include "reproduce/report/build.hpp"
#include "reproduce/report/gate_findings.hpp"
#include "reproduce/resolve/resolve.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::cli {
namespace {

struct Options {
  std::string manifest = "enclave.toml";
  std::string output;
  build::EifBuildFlags flags;
  std::string arch = "x86_64";
  SignOptions signing;
  bool leave_unsigned = false;
  std::string sandbox = "auto";
  StoreOptions store;
  bool offline = false;  ///< what every build is
  bool check = false;
  std::vector<std::string> reports;
  std::string expect = "image";  ///< "inputs": for the builds of a check

  // Owned by the subcommand; they tell what was given.
  CLI::Option* manifest_option = nullptr;
  std::vector<CLI::Option*> required_flags;
  std::vector<CLI::Option*> other_flags;
};

constexpr const char* stdout_name = "-";

/// Where archives that are unpacked, and images on their way to a pipe, wait.
std::filesystem::path scratch_folder(const std::string& output) {
  if (output == stdout_name) return temporary_place();
  const std::filesystem::path folder = std::filesystem::path(output).parent_path();
  return folder.empty() ? "." : folder;
}

/// What is built, and from what.
struct Job {
  const manifest::Manifest& manifest;
  const std::optional<manifest::Lock>& lock;
  build::Warnings warnings{};  ///< known before the build
};

/// What the lock says of the image, as far as it is to hold.
build::Expectation expectation_of(const Options& options, const Job& job) {
  if (options.expect != "image") return build::Expectation::inputs_only;
  // The lock's image is the signed one; of the unsigned one it tells the registers.
  return job.manifest.sign && options.leave_unsigned ? build::Expectation::inputs_only
                                                     : build::Expectation::image;
}

/// A lock expects an image whatever the day is; a check shifts the clock.
OutOfDate out_of_date(const Options& options, const Job& job) {
  if (options.expect != "image") return OutOfDate::ignored;
  return job.lock ? OutOfDate::warned : OutOfDate::refused;
}

/// Builds into a file that appears only when everything went well, or goes to standard
/// output only then.
ExitCode build_into(const std::string& output, const Options& options, const Job& job,
                    const Terminal& terminal, GateFindings& findings) {
  const bool to_stdout = output == stdout_name;
  if (to_stdout && terminal.json())
    throw Error(ErrorKind::usage, "standard output cannot be both the image and --json");
  const std::filesystem::path folder = scratch_folder(output);
  AtomicFile file(to_stdout ? folder / "reproduce.eif" : std::filesystem::path(output));
  build::Surroundings surroundings = surroundings_for(options.store, job.manifest, folder);
  surroundings.leave_unsigned = options.leave_unsigned;
  ImageSigner signer(job.manifest, options.signing, out_of_date(options, job));
  if (job.manifest.sign && !options.leave_unsigned) surroundings.signer = signer.signer();
  if (job.lock) build::require_same_writers(*job.lock, job.manifest, surroundings);
  build::ConfinedImage image = [&] {
    Progress progress(terminal, "building", job.lock ? job.lock->image.size : 0);
    return build::build_confined({job.manifest, job.lock, expectation_of(options, job)},
                                 surroundings, sandbox_mode_for(options.sandbox, job.manifest),
                                 file, progress.callback());
  }();
  if (job.lock && job.manifest.sign && options.leave_unsigned)
    require_locked_registers(image.built.image.registers, job.manifest, *job.lock);
  if (to_stdout) {
    DescriptorSink sink(STDOUT_FILENO, "standard output");
    file.copy_to(sink);
  } else {
    file.publish();
  }
  build::Warnings& warnings = image.built.warnings;
  warnings.insert(warnings.begin(), job.warnings.begin(), job.warnings.end());
  warnings.insert(warnings.end(), signer.warnings().begin(), signer.warnings().end());
  report::tell_gate(findings.report, image.built.image, warnings, job.lock.has_value());
  if (answered_in_json(terminal, findings,
                       [&] { return report::build_json(output, image.built, image.report); }))
    return ExitCode::yes;
  for (const std::string& warning : warnings) terminal.warning(warning);
  tell_sandbox(terminal, image.report);
  if (!to_stdout) terminal.answer_to_people(report::build_text(output, image.built, image.report));
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

ExitCode build_manifest(const Options& options, const Terminal& terminal, GateFindings& findings) {
  const manifest::Manifest manifest = manifest::load_manifest(options.manifest);
  const std::filesystem::path lock_file = manifest::lock_path_for(manifest.file);
  const std::optional<manifest::Lock> lock = manifest::load_lock(lock_file);
  manifest::require_fresh(*lock, manifest, lock_file);
  const std::string output = options.output.empty() ? default_output(manifest) : options.output;
  return build_into(output, options, {.manifest = manifest, .lock = lock}, terminal, findings);
}

ExitCode build_flags(const Options& options, const Terminal& terminal, GateFindings& findings) {
  build::EifBuildFlags flags = options.flags;
  flags.arch = options.arch == "aarch64" ? manifest::Arch::aarch64 : manifest::Arch::x86_64;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
  if (const char* const epoch = std::getenv("SOURCE_DATE_EPOCH"))
    flags.source_date_epoch = std::string(epoch);
  const build::FlagManifest described = build::manifest_from_flags(flags);
  return build_into(
      options.output, options,
      {.manifest = described.manifest, .lock = std::nullopt, .warnings = described.warnings},
      terminal, findings);
}

std::string absolute(const std::string& path) {
  return std::filesystem::absolute(path).string();
}

/// The command line of eif_build again, with paths that hold from any folder.
std::vector<std::string> flag_arguments(const build::EifBuildFlags& flags,
                                        const std::string& arch) {
  std::vector<std::string> arguments{
      "--kernel", absolute(flags.kernel), "--cmdline", flags.cmdline, "--arch", arch};
  for (const std::string& ramdisk : flags.ramdisks)
    arguments.insert(arguments.end(), {"--ramdisk", absolute(ramdisk)});
  const auto add = [&](const char* name, const std::optional<std::string>& value, bool is_path) {
    if (value) arguments.insert(arguments.end(), {name, is_path ? absolute(*value) : *value});
  };
  add("--name", flags.name ? flags.name : std::filesystem::path(flags.kernel).filename().string(),
      false);
  add("--version", flags.version ? flags.version : flags.name.value_or("1.0"), false);
  add("--metadata", flags.metadata, true);
  add("--build-time", flags.build_time, false);
  add("--build-tool", flags.build_tool, false);
  add("--build-tool-version", flags.build_tool_version, false);
  add("--img-os", flags.image_os, false);
  add("--img-kernel", flags.image_kernel, false);
  add("--kernel-config", flags.kernel_config, true);
  add("--signing-certificate", flags.signing_certificate, true);
  const bool is_token = flags.private_key && sign::is_token_url(*flags.private_key);
  add("--private-key", flags.private_key, !is_token);
  return arguments;
}

/// How the two builds of a check sign. A token gives two signatures, and so two images.
std::vector<std::string> sign_arguments(const Options& options, const std::string& key,
                                        const Terminal& terminal) {
  if (options.leave_unsigned) return {"--unsigned"};
  if (sign::is_token_url(key)) {
    terminal.note(
        "the key is in a token, which makes another signature each time: the check "
        "leaves it out");
    return {"--unsigned"};
  }
  std::vector<std::string> arguments{"--sign-at",
                                     format_utc(signing_time("--sign-at", options.signing.at))};
  if (!options.signing.secret.variable.empty())
    arguments.insert(arguments.end(), {"--passphrase-env", options.signing.secret.variable});
  return arguments;
}

ExitCode build_once(const Options& options, bool is_flags, const Terminal& terminal,
                    GateFindings& findings) {
  return is_flags ? build_flags(options, terminal, findings)
                  : build_manifest(options, terminal, findings);
}

ExitCode check(const Options& options, bool is_flags, const Terminal& terminal,
               GateFindings& findings) {
  std::vector<std::string> arguments{"build",     "--quiet",       "--expect",   "inputs",
                                     "--sandbox", options.sandbox, "--progress", "never"};
  const auto add = [&arguments](const std::vector<std::string>& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
  };
  if (is_flags) {
    add(flag_arguments(options.flags, options.arch));
    if (options.flags.private_key)
      add(sign_arguments(options, *options.flags.private_key, terminal));
  } else {
    arguments.push_back(absolute(options.manifest));
    const manifest::Manifest manifest = manifest::load_manifest(options.manifest);
    if (manifest.sign) add(sign_arguments(options, manifest.sign->key, terminal));
    // HOME is among what differs between the two builds, so that they must be told.
    if (resolve::needs_store(manifest))
      arguments.insert(arguments.end(),
                       {"--store", absolute(store_folder(options.store).string())});
  }
  const ExitCode answer =
      check_reproducible(arguments, scratch_folder(options.output), terminal, findings);
  if (answer != ExitCode::yes || options.output.empty()) return answer;
  return build_once(options, is_flags, terminal, findings);
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
      add("--signing-certificate", flags.signing_certificate, "FILE",
          "sign the image under this certificate, PEM"),
      add("--private-key", flags.private_key, "KEY",
          "its key: a PEM file, or a token's key as pkcs11:...")};
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
  add_sign_options(*app, options->signing);
  app->add_flag("--unsigned", options->leave_unsigned,
                "leave out the signature that [sign] asks for; PCR0, PCR1 and PCR2 are the same")
      ->group("Signing, for [sign] and --private-key");
  add_sandbox_option(*app, options->sandbox);
  add_store_option(*app, options->store);
  app->add_flag("--check", options->check,
                "build twice under different circumstances and compare; exit code 1 when the "
                "images differ. With -o, build as usual then");
  app->add_option("--expect", options->expect, "image, or inputs")
      ->check(CLI::IsMember({"image", "inputs"}))
      ->group("");  // of the builds that --check makes
  add_report_option(*app, options->reports);
  app->add_flag("--offline", options->offline, "what every build is: it never uses the network");
  return {app, [options](const Terminal& terminal) {
            const bool is_flags = describes_image(*options);
            const std::string subject = is_flags ? options->output : options->manifest;
            return gated({.words = options->reports, .verb = "build", .subject = subject}, terminal,
                         [&](GateFindings& findings) {
                           const auto answer = options->check ? check : build_once;
                           return answer(*options, is_flags, terminal, findings);
                         });
          }};
}

}  // namespace reproduce::cli
