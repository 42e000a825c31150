#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>

#include "exit_code.hpp"
#include "operand.hpp"
#include "progress.hpp"
#include "store_option.hpp"
#include "verb.hpp"
#include "version.hpp"

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/processors.hpp"
#include "reproduce/base/random_access.hpp"
#include "reproduce/base/temporary_folder.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/build/confined.hpp"
#include "reproduce/crypto/digest_sink.hpp"
#include "reproduce/extract/extract.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/parse.hpp"
#include "reproduce/report/extract.hpp"
#include "reproduce/sandbox/confine.hpp"

namespace reproduce::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string image;
  std::string folder;
  std::uint64_t limit = extract::usual_tree_bytes;
  bool sections_only = false;
  std::string sandbox = "auto";
};

/// What the confined child tells: all that is left of the image in this process.
struct Told {
  Sha256Digest image{};
  std::string answer;
};

Bytes encode(const extract::Extraction& extraction, const std::string& answer) {
  Bytes bytes(answer.size() + Sha256Digest{}.size());
  const Sha256Digest digest = extraction.image.file_sha256.value_or(Sha256Digest{});
  std::copy(digest.begin(), digest.end(), bytes.begin());
  std::copy(answer.begin(), answer.end(),
            bytes.begin() + static_cast<std::ptrdiff_t>(digest.size()));
  return bytes;
}

Told decode(ByteView bytes) {
  Told told;
  ByteReader reader(bytes);
  const ByteView digest = reader.take(told.image.size(), "digest");
  std::copy(digest.begin(), digest.end(), told.image.begin());
  told.answer = as_text(reader.take(reader.remaining(), "answer"));
  return told;
}

/// The folder to make, absolute. It is not there, or is empty.
fs::path wanted_folder(const std::string& name) {
  fs::path folder = fs::absolute(name).lexically_normal();
  if (folder.filename().empty()) folder = folder.parent_path();  // a slash at its end
  std::error_code error;
  const fs::file_status status = fs::symlink_status(folder, error);
  if (status.type() == fs::file_type::not_found) return folder;
  if (!fs::is_directory(status))
    throw Error(ErrorKind::usage, "there is something that is no folder at " + quote(name),
                {.file = name});
  if (!fs::is_empty(folder, error) || error)
    throw Error(ErrorKind::usage, "the folder " + quote(name) + " is not empty",
                {.file = name, .hint = "name a folder that is not there yet"});
  if (fs::equivalent(folder, fs::current_path(error), error))
    throw Error(ErrorKind::usage, "the current folder cannot be replaced",
                {.file = name, .hint = "name a folder in it, or start from elsewhere"});
  return folder;
}

/// Takes the image apart in a child that can write to `out` and to nothing else.
Told extract_confined(const RandomAccess& image, int descriptor, const fs::path& out,
                      const Options& options, const Terminal& terminal) {
  sandbox::Confinement confinement{
      .mode = sandbox_mode(options.sandbox), .scratch = {out}, .descriptors = {descriptor}};
  if (const int trace = trace_descriptor(); trace >= 0) confinement.descriptors.push_back(trace);
  const auto work = [&](const sandbox::Progress& report) {
    const extract::Extraction extraction = extract::extract_image(image, out,
                                                                  {.trees = !options.sections_only,
                                                                   .tree_bytes = options.limit,
                                                                   .threads = usable_processors(),
                                                                   .progress = report});
    const std::string name = operand_name(options.image);
    return encode(extraction, terminal.json()
                                  ? report::extraction_json(name, options.folder, extraction)
                                  : report::extraction_text(name, options.folder, extraction,
                                                            terminal.verbose()));
  };
  Progress progress(terminal, "extracting", image.size());
  sandbox::Outcome outcome = sandbox::run_confined(confinement, work, progress.callback());
  tell_sandbox(terminal, outcome.report);
  return decode(outcome.result);
}

Sha256Digest digest_of(const RandomAccess& image) {
  RangeSource source(image, 0, image.size());
  DigestSink digest;
  (void)copy(source, digest);
  return std::move(digest).finish();
}

/// Builds what was extracted, to nowhere, and locks it when that is the image.
void lock_and_prove(const RandomAccess& image, const Told& told, const fs::path& out,
                    const Options& options, const Terminal& terminal) {
  const manifest::Manifest manifest = manifest::load_manifest(out / extract::manifest_name);
  const build::Surroundings surroundings{
      .tool_version = version, .scratch_folder = out, .threads = usable_processors()};
  const build::ConfinedLock locked = [&] {
    Progress progress(terminal, "building again", image.size());
    return build::lock_confined(manifest, {}, surroundings, sandbox_mode(options.sandbox),
                                progress.callback());
  }();
  const manifest::Lock& lock = locked.made.lock;
  if (lock.image.sha256 != told.image) {
    const bool has_changed = digest_of(image) != told.image;
    throw Error(has_changed ? ErrorKind::environment : ErrorKind::bug,
                has_changed ? "the image changed while it was extracted"
                            : "what was extracted builds another image",
                {.expected = to_hex(told.image), .got = to_hex(lock.image.sha256)});
  }
  AtomicFile file(manifest::lock_path_for(manifest.file));
  file.write(as_bytes(manifest::write_lock(lock)));
  file.publish();
}

void publish(const fs::path& out, const fs::path& folder) {
  if (std::rename(out.c_str(), folder.c_str()) != 0)
    throw_io_error("put the result at", folder.string(), errno);
}

ExitCode run(const Options& options, const Terminal& terminal) {
  const std::string name = operand_name(options.image);
  const fs::path folder = wanted_folder(options.folder);
  try {
    UniqueFd fd = open_seekable_descriptor(options.image);
    const int descriptor = fd.get();
    const RandomAccessFile image(std::move(fd), name);
    const TemporaryFolder workplace(folder.parent_path(), ".reproduce.extract");
    const fs::path out = workplace.make("image");
    const Told told = extract_confined(image, descriptor, out, options, terminal);
    lock_and_prove(image, told, out, options, terminal);
    publish(out, folder);
    if (terminal.json())
      terminal.answer(told.answer);
    else
      terminal.answer_to_people(told.answer);
    return ExitCode::yes;
  } catch (Error& error) {
    error.set_file_if_unknown(name);
    throw;
  }
}

}  // namespace

Verb add_extract(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "extract",
       .sentence = "Takes an image apart into a folder that builds the same image again",
       .examples = {"reproduce extract app.eif app", "cd app && reproduce build",
                    "reproduce extract --sections-only app.eif app",
                    "reproduce extract --json app.eif app | jq '.ramdisks[].built_from'"},
       .details =
           "Writes the sections as files, the ramdisks as folders too, and enclave.toml and\n"
           "enclave.lock, of which `reproduce build` makes the image again, bit for bit, whoever\n"
           "built it. That is tried before the folder appears; a failure leaves nothing. Where a\n"
           "ramdisk's folder gives its bytes when it is packed, the manifest names the folder, so\n"
           "that a file can be changed, locked and built; else it names the ramdisk's bytes.\n"
           "Modes, owners and device nodes are in a file beside the folder. Nothing is written\n"
           "outside of DIR, whatever the image holds; a malformed image is refused.\n",
       .page = "docs/formats/extract.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("IMAGE", options->image, "an image, or - for standard input")->required();
  app->add_option("DIR", options->folder, "the folder to make; it is not there, or is empty")
      ->required();
  app->add_option("--limit", options->limit,
                  "how large the files of all ramdisks may be together, such as 512M or 20G; "
                  "default: 8G")
      ->type_name("SIZE")
      ->transform(CLI::AsSizeValue(false));
  app->add_flag("--sections-only", options->sections_only, "no folders for the ramdisks");
  add_sandbox_option(*app, options->sandbox);
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli
