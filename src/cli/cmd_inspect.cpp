#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include "exit_code.hpp"
#include "field_option.hpp"
#include "operand.hpp"
#include "progress.hpp"
#include "verb.hpp"
#include "version.hpp"

#include "reproduce/attestation/evidence.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/random_access.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/initramfs/listing.hpp"
#include "reproduce/inspect/inspect.hpp"
#include "reproduce/inspect/kernel.hpp"
#include "reproduce/inspect/ramdisks.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/report/inspect.hpp"
#include "reproduce/report/sbom.hpp"
#include "reproduce/sbom/inventory.hpp"

namespace reproduce::cli {
namespace {

struct Options {
  std::string file;
  std::string path;
  bool tree = false;
  std::string sbom;                  ///< "spdx" or "cyclonedx"; empty for none
  std::optional<std::string> field;  ///< of JSON around a document
};

/// Where the ramdisks lie. The whole image is read only where its parts contradict each other.
std::vector<initramfs::Range> ranges_in(const RandomAccess& file, const Terminal& terminal) {
  if (auto stated = inspect::stated_ramdisk_ranges(file)) return *std::move(stated);
  Progress progress(terminal, "reading", file.size());
  return inspect::ramdisk_ranges(inspect::inspect_image(file, progress.callback()));
}

/// One file out of the ramdisks, to standard output.
ExitCode print_file(const RandomAccess& file, const std::string& path, const Terminal& terminal) {
  const initramfs::JoinedRamdisks ramdisks(file, ranges_in(file, terminal));
  const std::optional<std::string> wanted = initramfs::path_of(path);
  const std::optional<initramfs::LookedUp> found =
      wanted ? initramfs::look_up(ramdisks, *wanted) : std::nullopt;
  if (!found)
    throw Error(ErrorKind::usage, "there is no " + quote(path) + " in the ramdisks",
                {.hint = "`reproduce inspect --tree` lists what there is"});
  const initramfs::ListedEntry& entry = found->entry;
  const std::uint32_t type = entry.header.type();
  if (type == cpio::type_symlink)
    throw Error(ErrorKind::usage, quote(path) + " is a symbolic link",
                {.hint = "it leads to " + quote(entry.target)});
  if (type != cpio::type_regular)
    throw Error(ErrorKind::usage, quote(path) + " is no regular file");
  if (terminal.stdout_is_terminal())
    throw Error(ErrorKind::usage, "bytes of an image are not shown on a terminal",
                {.hint = "send them to a file or through `cat -v`"});
  DescriptorSink out(STDOUT_FILENO, "standard output");
  read_entry(ramdisks, found->holder, out);
  return ExitCode::yes;
}

/// The software in the ramdisks. Of a malformed image there is no list to rely on.
ExitCode list_software(const RandomAccess& file, const std::string& name, const Options& options,
                       const Terminal& terminal) {
  const measure::ImageMeasurements image = [&] {
    Progress progress(terminal, "reading", file.size());
    RangeSource source(file, 0, file.size());
    return measure::measure_image(source, {.file_digest = true, .progress = progress.callback()});
  }();
  const initramfs::JoinedRamdisks ramdisks(file, ranges_in(file, terminal));
  const sbom::Inventory inventory = sbom::take_inventory(ramdisks);
  const report::SbomSubject subject{.name = std::filesystem::path(name).filename().string(),
                                    .image = image,
                                    .inventory = inventory,
                                    .tool_version = version};
  for (const std::string& gap : inventory.unread) terminal.warning(gap);
  if (!inventory.stop.empty())
    terminal.warning("the kernel stops unpacking before the end: " + printable(inventory.stop));
  terminal.answer(options.sbom == "spdx" ? report::spdx_json(subject)
                                         : report::cyclonedx_json(subject));
  return ExitCode::yes;
}

ExitCode inspect_document(const RandomAccess& file, const std::string& name, const Options& options,
                          const Terminal& terminal) {
  if (options.tree || !options.path.empty() || !options.sbom.empty())
    throw Error(ErrorKind::usage, "an attestation document has no files in it");
  RangeSource source(file, 0, file.size());
  const attestation::Evidence evidence = attestation::read_evidence(source, options.field);
  if (terminal.json())
    terminal.answer(report::inspection_json(name, evidence));
  else
    terminal.answer_to_people(report::inspection_text(name, evidence, terminal.verbose()));
  return ExitCode::yes;
}

ExitCode inspect_image(const RandomAccess& file, const std::string& name, const Options& options,
                       const Terminal& terminal) {
  if (options.field)
    throw Error(ErrorKind::usage, "an image has no fields of JSON",
                {.hint = "`--field` is for the JSON around an attestation document"});
  if (!options.path.empty()) return print_file(file, options.path, terminal);
  if (!options.sbom.empty()) return list_software(file, name, options, terminal);
  const inspect::ImageInspection image = [&] {
    Progress progress(terminal, "reading", file.size());
    return inspect::inspect_image(file, progress.callback());
  }();
  const initramfs::JoinedRamdisks ramdisks(file, inspect::ramdisk_ranges(image));
  const initramfs::Listing listing = initramfs::list(ramdisks);
  const report::ImageContents contents{ramdisks, listing, inspect::inspect_kernel(file, image)};
  const report::InspectionStyle style{
      .map = terminal.verbose() && !options.tree,
      .tree = options.tree,
      .whole_digests = terminal.verbose(),
      .heading = [&](std::string_view text) { return terminal.paint(text, Colour::bold); }};
  if (terminal.json())
    terminal.answer(report::inspection_json(name, image, contents, options.tree));
  else
    terminal.answer_to_people(report::inspection_text(name, image, contents, style));
  return image.is_well_formed() ? ExitCode::yes : ExitCode::malformed;
}

ExitCode run(const Options& options, const Terminal& terminal) {
  const std::string name = operand_name(options.file);
  try {
    const std::unique_ptr<RandomAccess> file = open_seekable_operand(options.file);
    switch (inspect::detect_kind(*file)) {
      case inspect::FileKind::image:
        return inspect_image(*file, name, options, terminal);
      case inspect::FileKind::document:
        return inspect_document(*file, name, options, terminal);
    }
    return ExitCode::bug;
  } catch (Error& error) {
    error.set_file_if_unknown(name);
    throw;
  }
}

}  // namespace

Verb add_inspect(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "inspect",
       .sentence = "Shows what an image or an attestation document consists of",
       .examples = {"reproduce inspect app.eif", "reproduce inspect -v app.eif",
                    "reproduce inspect --tree app.eif", "reproduce inspect --sbom spdx app.eif",
                    "reproduce inspect app.eif /cmd | cat -v",
                    "reproduce inspect --json attestation.b64 | jq .document.pcrs",
                    "reproduce inspect --field attestation response.json"},
       .details =
           "Of an image: header, sections with the registers that each feeds, registers, the\n"
           "kernel's header and version, cmdline with the parameters that deserve a look, what\n"
           "the kernel finds in the ramdisks (archives, plain or compressed, one after the\n"
           "other), metadata, signing certificate; with -v every byte of the file, with\n"
           "--tree every entry of the ramdisks, with a PATH the bytes of that one file. A "
           "malformed\n"
           "image is shown as both kinds of readers see it, with the place where each gives up\n"
           "and every byte; the exit code is then 3. Of a document (raw CBOR, base64 or\n"
           "hexadecimal, alone or in JSON, in armour, in an HTTP response): whose it is (an\n"
           "enclave's, a NitroTPM's, or nobody's who signed it) and its fields as they stand.\n"
           "Nothing in it is verified by looking; `reproduce verify` does that.\n",
       .page = "docs/formats/eif.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("FILE", options->file, "an image or a document, or - for standard input")
      ->required();
  app->add_option("PATH", options->path, "a file in the ramdisks, to be printed as it is");
  add_field_option(*app, options->field);
  app->add_flag("--tree", options->tree,
                "list every entry: type, mode, owner, size, SHA-256, path, oddities");
  app->add_option("--sbom", options->sbom,
                  "spdx or cyclonedx: list packages and files in that form of JSON")
      ->check(CLI::IsMember({"spdx", "cyclonedx"}))
      ->excludes("PATH")
      ->excludes("--tree");
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli
