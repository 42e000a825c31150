#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "exit_code.hpp"
#include "file_digests.hpp"
#include "operand.hpp"
#include "progress.hpp"
#include "verb.hpp"
#include "verify_reference.hpp"
#include "version.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/exports/formats.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/published/registers.hpp"

namespace reproduce::cli {
namespace {

namespace fs = std::filesystem;
using verify::ReferenceKind;

struct Options {
  std::string subject;
  std::string format;
  std::string output;
  std::string name;
  std::string lock;
  std::string builder = "urn:reproduce:builder:local";
  VerifyOptions reading;  ///< for manifests, which are built: store and sandbox
};

measure::Registers as_digests(const std::map<std::uint32_t, Bytes>& values) {
  measure::Registers registers;
  for (const auto& [index, value] : values) {
    Sha384Digest digest{};
    if (value.size() != digest.size())
      throw Error(ErrorKind::malformed, name_of_register(index) + " is no register of an enclave",
                  {.expected = std::to_string(digest.size()) + " bytes",
                   .got = std::to_string(value.size())});
    std::copy(value.begin(), value.end(), digest.begin());
    registers.emplace(index, digest);
  }
  return registers;
}

/// Both digests of the file, in one pass.
void digest_image(const Options& options, exports::Reference& reference, const Terminal& terminal) {
  const std::unique_ptr<FileSource> source = open_operand(options.subject);
  Progress progress(terminal, "hashing", source->size().value_or(0));
  const auto callback = progress.callback();
  FileDigests digests;
  Bytes buffer(chunk_size);
  std::uint64_t done = 0;
  for (;;) {
    const std::size_t count = read_up_to(*source, buffer);
    digests.write(ByteView(buffer).first(count));
    done += count;
    if (callback) callback(done);
    if (count < buffer.size()) break;
  }
  reference.sha256 = digests.sha256();
  reference.sha384 = digests.sha384();
}

/// The lock that goes with the subject: itself, the manifest's, or the one that was named.
std::optional<manifest::Lock> lock_of(const Options& options, ReferenceKind kind) {
  if (!options.lock.empty()) return manifest::load_lock(options.lock);
  if (kind == ReferenceKind::lock) return manifest::load_lock(options.subject);
  if (kind == ReferenceKind::manifest)
    return manifest::load_lock(manifest::lock_path_for(options.subject));
  return std::nullopt;
}

exports::Reference read_subject(const Options& options, const Terminal& terminal) {
  if (options.subject == "-")
    throw Error(ErrorKind::usage, "`export` reads a file twice, so it takes no standard input");
  Witnesses nobody(options.reading);
  const verify::Reference read = read_reference(
      options.subject, options.reading, attestation::DocumentKind::enclave, nobody, terminal);
  exports::Reference reference{
      .name = options.name.empty() ? fs::path(options.subject).filename().string() : options.name,
      .registers = as_digests(read.registers)};
  if (options.format != "in-toto") return reference;
  reference.lock = lock_of(options, read.kind);
  if (read.kind == ReferenceKind::image) digest_image(options, reference, terminal);
  if (!reference.lock) return reference;
  const Sha256Digest& expected = reference.lock->image.sha256;
  if (reference.sha256 && *reference.sha256 != expected)
    throw Error(
        ErrorKind::untrusted, "the lock is of another image",
        {.file = options.lock, .hint = "`reproduce diff LOCK IMAGE` says in what they differ"});
  reference.sha256 = expected;
  return reference;
}

/// Of a run of `verify`, whose JSON the subject is.
std::string summary_of(const Options& options) {
  constexpr std::uint64_t largest = std::uint64_t{64} << 20;
  const std::unique_ptr<FileSource> source = open_operand(options.subject);
  const Bytes verdict = read_all(*source, largest, "the verdict");
  try {
    return exports::verification_summary(
        as_text(verdict), {.id = options.builder, .version = version, .resource = options.name});
  } catch (Error& error) {
    error.set_file_if_unknown(operand_name(options.subject));
    throw;
  }
}

std::string exported(const Options& options, const Terminal& terminal) {
  if (options.format == "vsa") return summary_of(options);
  const exports::Reference reference = read_subject(options, terminal);
  if (options.format == "nitro-cli") return exports::nitro_cli_json(reference);
  if (options.format == "pcrs") return exports::register_lines(reference);
  if (options.format == "env") return exports::environment_lines(reference);
  if (options.format == "image-id") return exports::image_id(reference);
  if (options.format == "kms") return exports::kms_condition(reference);
  if (options.format == "github") return exports::markdown_table(reference);
  if (options.format == "in-toto")
    return exports::in_toto_statement(reference, {.id = options.builder, .version = version});
  const Bytes bytes = exports::corim(reference);
  return std::string(as_text(bytes));
}

ExitCode run(const Options& options, const Terminal& terminal) {
  const bool is_binary = options.format == "corim";
  if (is_binary && options.output.empty() && terminal.stdout_is_terminal())
    throw Error(ErrorKind::usage, "CoRIM is binary, and standard output is a terminal",
                {.hint = "say `-o FILE`"});
  const std::string text = exported(options, terminal);
  if (options.output.empty()) {
    terminal.answer(text);
    return ExitCode::yes;
  }
  AtomicFile file(options.output);
  file.write(as_bytes(text));
  file.publish();
  return ExitCode::yes;
}

}  // namespace

Verb add_export(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "export",
       .sentence = "Writes reference values as the documents that others read",
       .examples = {"reproduce export app.eif --format nitro-cli > pcrs.json",
                    "reproduce export enclave.lock --format kms",
                    ("reproduce export app.eif --lock enclave.lock --format in-toto -o "
                     "app.intoto.json"),
                    "reproduce export enclave.toml --format corim -o app.corim",
                    ("reproduce verify --json app.eif attestation.cbor > verdict.json; "
                     "reproduce export verdict.json --format vsa")},
       .details =
           "SUBJECT is an image, a lock, a manifest (its image is built first) or a file of\n"
           "registers. nitro-cli: the JSON of build-enclave; pcrs: lines `HEX PCRn`; env: lines\n"
           "`PCRn=HEX`; kms: a condition for policies of AWS KMS and IAM; image-id: Oyster's;\n"
           "github: a table; in-toto: a Statement v1 with SLSA provenance, unsigned; corim: CoRIM\n"
           "with integrity registers. nitro-cli, pcrs, env and in-toto can be the SUBJECT of\n"
           "`reproduce verify`. vsa: SLSA's verification summary of a run of `reproduce verify`,\n"
           "whose JSON is the SUBJECT.\n",
       .page = "docs/formats/export.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("SUBJECT", options->subject, "an image, a lock, a manifest or registers")
      ->required()
      ->type_name("");
  app->add_option("--format", options->format, "what to write")
      ->required()
      ->check(CLI::IsMember(
          {"nitro-cli", "pcrs", "env", "kms", "image-id", "github", "in-toto", "corim", "vsa"}));
  app->add_option("-o,--output", options->output, "default: standard output")->type_name("FILE");
  app->add_option("--name", options->name,
                  "what the image is called; default: the file's name; vsa: a URI of it");
  app->add_option("--lock", options->lock, "in-toto: what the image was made of")
      ->type_name("FILE");
  app->add_option("--builder", options->builder, "in-toto, vsa: a URI of who built or verified it")
      ->type_name("URI");
  add_store_option(*app, options->reading.store);
  add_sandbox_option(*app, options->reading.sandbox);
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli
