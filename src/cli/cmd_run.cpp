#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "exit_code.hpp"
#include "operand.hpp"
#include "progress.hpp"
#include "signal_watch.hpp"
#include "temporary_place.hpp"
#include "verb.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/boot/document.hpp"
#include "reproduce/boot/machine.hpp"
#include "reproduce/boot/run.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/report/run.hpp"

namespace reproduce::cli {
namespace {

struct Options {
  std::string image;
  std::optional<std::string> attest, qemu, vsock, parent_role, parent_id;
  std::string append;
  std::optional<std::uint64_t> memory, time_limit;
  std::uint32_t cpus = 1;
  bool no_acpi = false;
};

/// A variable that is set to something.
std::optional<std::string> variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread yet
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::vector<std::string> whole_environment() {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
  return environment;
}

/// Folders of PATH; what is not absolute is passed over.
std::vector<std::filesystem::path> search_path() {
  std::vector<std::filesystem::path> folders;
  std::istringstream stream(variable("PATH").value_or(""));
  for (std::string folder; std::getline(stream, folder, ':');)
    if (folder.starts_with('/')) folders.emplace_back(folder);
  return folders;
}

/// Where place.sh of tests/boot says.
std::optional<std::filesystem::path> cache_folder() {
  if (const auto cache = variable("XDG_CACHE_HOME"))
    return std::filesystem::path(*cache) / "reproduce-boot";
  if (const auto home = variable("HOME"))
    return std::filesystem::path(*home) / ".cache" / "reproduce-boot";
  return std::nullopt;
}

boot::Qemu find_qemu(const Options& options) {
  boot::QemuSearch search{.search_path = search_path(),
                          .cache = cache_folder(),
                          .folder = temporary_place(),
                          .environment = whole_environment()};
  if (options.qemu) search.given = std::filesystem::absolute(*options.qemu);
  return boot::find_qemu(search);
}

measure::ImageMeasurements measure(const UniqueFd& image, const std::string& name,
                                   const Terminal& terminal) {
  const int copy = ::fcntl(image.get(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) throw_io_error("read", name, errno);
  FileSource source(UniqueFd(copy), name);
  Progress progress(terminal, "measuring", source.size().value_or(0));
  return measure::measure_image(source, {.progress = progress.callback()});
}

boot::Machine machine_for(const Options& options, std::uint64_t image_size) {
  return {.memory_mib = options.memory.value_or(boot::usual_memory_mib(image_size)),
          .cpus = options.cpus,
          .acpi = !options.no_acpi,
          .append = options.append,
          .parent_role = options.parent_role,
          .parent_id = options.parent_id};
}

/// What the guest has shown; nothing when it has shown none that is one and none was asked for.
std::optional<boot::ComparedDocument> shown_document(const boot::ConsoleWatcher& console,
                                                     const measure::Registers& expected,
                                                     bool is_wanted, const Terminal& terminal) {
  const auto& shown = console.document();
  if (!shown && is_wanted)
    throw Error(ErrorKind::environment, "the guest has shown no attestation document",
                {.expected = "a block between the lines `attestation begin` and `attestation end`",
                 .hint = "docs/formats/run.md has its form"});
  if (!shown) return std::nullopt;
  try {
    if (!shown->bytes)
      throw Error(ErrorKind::malformed,
                  "what the guest shows as an attestation document is no base64 of one");
    return boot::compare_document(*shown->bytes, expected);
  } catch (Error& error) {
    error.set_file_if_unknown("the guest's console");
    if (is_wanted) throw;
    terminal.error(error);
    return std::nullopt;
  }
}

void say_how_it_compares(const boot::ComparedDocument& document, const Terminal& terminal) {
  if (document.differing.empty())
    terminal.note("the guest's document states the measured " +
                  report::register_names(document.equal));
  else
    terminal.note("no: the guest's document states other values of " +
                  report::register_names(document.differing) + " than were measured");
}

/// An app's own status, or why there is none.
int require_status(const boot::ConsoleWatcher& console, const Terminal& terminal) {
  if (const auto& end = console.app_end()) {
    terminal.note("the app " + words(*end));
    return end->status();
  }
  if (console.kernel_panicked())
    throw Error(ErrorKind::environment, "the guest's kernel panicked",
                {.hint = "the console says why"});
  throw Error(ErrorKind::environment,
              "the machine ended, and its console does not tell the app's status",
              {.expected = "`init: the app exited with status N`, which the builtin init says",
               .hint = "an init of one's own may say the same (docs/formats/init.md)"});
}

/// Everything between the signals' watch being set up and taken down.
std::optional<ExitCode> boot_image(const Options& options, const Terminal& terminal) {
  const std::string name = operand_name(options.image);
  const SignalWatch signals;
  const UniqueFd image = open_seekable_descriptor(options.image);
  measure::ImageMeasurements measured;
  try {
    measured = measure(image, name, terminal);
    boot::require_bootable(measured);
  } catch (Error& error) {
    error.set_file_if_unknown(name);
    throw;
  }
  boot::RunSetup what{.qemu = find_qemu(options),
                      .machine = machine_for(options, measured.file_size),
                      .image = image.get(),
                      .vsock = options.vsock,
                      .temporary = temporary_place(),
                      .environment = whole_environment(),
                      .console = terminal.json() ? STDERR_FILENO : STDOUT_FILENO,
                      .stop = signals.descriptor()};
  what.console_is_seen = ::isatty(what.console) == 1;
  if (what.vsock) what.vsock = std::filesystem::absolute(*what.vsock);
  if (options.time_limit) what.time_limit = std::chrono::seconds(*options.time_limit);
  // Before the boot, so that a place that cannot be written to is told at once.
  std::optional<AtomicFile> document_file;
  if (options.attest) document_file.emplace(*options.attest);

  report::BootedImage booted{
      .file = name,
      .qemu = what.qemu.program.string(),
      .expected = boot::expected_registers(measured.registers, what.machine)};
  for (const std::string& line : report::register_lines(booted.expected)) terminal.note(line);
  terminal.note("booting in an emulated machine: no isolation, no genuine attestation");
  const boot::RunResult result = boot::run(what);
  if (result.end == boot::RunResult::End::by_stop) return std::nullopt;
  if (result.end == boot::RunResult::End::by_time_limit)
    throw Error(ErrorKind::environment, "the guest has not ended by itself",
                {.expected = "an end within " + counted(*options.time_limit, "second"),
                 .hint = "--timeout sets this limit; without it there is none"});

  booted.document =
      shown_document(result.console, booted.expected, options.attest.has_value(), terminal);
  if (booted.document) say_how_it_compares(*booted.document, terminal);
  if (document_file) {
    document_file->write(*result.console.document()->bytes);
    document_file->publish();
  }
  booted.exit_code = require_status(result.console, terminal);
  booted.app = result.console.app_end();
  if (booted.document && !booted.document->differing.empty())
    booted.exit_code = static_cast<int>(ExitCode::no);
  if (terminal.json()) terminal.answer(report::booted_json(booted));
  return static_cast<ExitCode>(booted.exit_code);
}

ExitCode run(const Options& options, const Terminal& terminal) {
  if (options.attest == "-")
    throw Error(ErrorKind::usage, "--attest needs a file; standard output has the console");
  if (const std::optional<ExitCode> code = boot_image(options, terminal)) return *code;
  // A signal asked us to end and waits since then. Now that all is tidied up, it does.
  return ExitCode::interrupted;
}

void add_options(CLI::App& app, Options& options) {
  app.add_option("IMAGE", options.image, "an image, or - for standard input")->required();
  app.add_option("--attest", options.attest, "save the attestation document that the guest shows")
      ->type_name("FILE");
  app.add_option("--timeout", options.time_limit, "end a guest that runs longer; default: never")
      ->check(CLI::Range(1, 1'000'000))
      ->type_name("SECONDS");
  const char* const machine = "Machine";
  app.add_option("--memory", options.memory, "default: 512 and four times the image's size")
      ->check(CLI::Range(64, 1 << 20))
      ->type_name("MiB")
      ->group(machine);
  app.add_option("--cpus", options.cpus, "processors of the guest; default: 1")
      ->check(CLI::Range(1, 64))
      ->type_name("N")
      ->group(machine);
  app.add_flag("--no-acpi", options.no_acpi, "for a kernel without ACPI, such as those of Nitro")
      ->group(machine);
  app.add_option("--append", options.append, "more of a command line; changes no register")
      ->type_name("WORDS")
      ->group(machine);
  app.add_option("--parent-role", options.parent_role, "the parent's IAM role, which makes PCR3")
      ->type_name("ARN")
      ->group(machine);
  app.add_option("--parent-id", options.parent_id, "the parent instance, which makes PCR4")
      ->type_name("ID")
      ->group(machine);
  app.add_option("--qemu", options.qemu, "a qemu-system-x86_64 with the machine nitro-enclave")
      ->type_name("PATH")
      ->group(machine);
  app.add_option("--vsock", options.vsock, "the socket of a vhost-user-vsock backend")
      ->type_name("SOCKET")
      ->group(machine);
}

}  // namespace

Verb add_run(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "run",
       .sentence =
           "Boots an image in QEMU's emulation of an enclave, without AWS's hardware.\n"
           "No isolation protects what runs in it, and its attestation is not genuine: the\n"
           "document is unsigned, and anybody can write the like",
       .examples = {"reproduce run app.eif", "reproduce run --timeout 60 --attest app.cbor app.eif",
                    "reproduce run --append quiet -q app.eif > console"},
       .details =
           "The image is measured, and its registers are shown on stderr; then it boots. Its\n"
           "console goes to stdout as it is, or with control characters as \\xNN when stdout is\n"
           "a terminal (with --json: to stderr). When the guest shows an attestation document on\n"
           "its console, the registers in it are compared with the measured ones.\n"
           "\n"
           "QEMU is the one of --qemu, else qemu-system-x86_64 in PATH when it has the machine\n"
           "nitro-enclave, else the one that tests/boot/setup.sh has made. There is no KVM.\n"
           "Without --vsock the guest has a vsock device, and nobody answers there.\n"
           "\n"
           "The exit status is the app's, as the builtin init says it at the end of the console:\n"
           "its own, 128 and the number of a signal, or 125 to 127 when it was not started; but\n"
           "1 when a document has other registers than the image. It is 5 when nothing tells the\n"
           "status, as with an init of the image's own, or after a panic, and when the time is\n"
           "up. Unless -q is given, the last line on stderr tells an app's 2 to 5 or 70 from "
           "ours.\n",
       .page = "docs/formats/run.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  add_options(*app, *options);
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli
