#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "building.hpp"
#include "exit_code.hpp"
#include "file_digests.hpp"
#include "progress.hpp"
#include "secret_option.hpp"
#include "store_option.hpp"
#include "temporary_place.hpp"
#include "verb.hpp"
#include "version.hpp"

#include "reproduce/base/enumeration.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/temporary_folder.hpp"
#include "reproduce/build/confined.hpp"
#include "reproduce/dsse/envelope.hpp"
#include "reproduce/exports/formats.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/parse.hpp"
#include "reproduce/report/attest.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::cli {
namespace {

namespace fs = std::filesystem;
using sign::SigningKey;

struct Options {
  std::string lock = "enclave.lock";
  std::string key;
  std::string output;  ///< empty: standard output
  std::string name;
  std::string builder;
  SecretOptions secret;
  StoreOptions store;
  std::string sandbox = "auto";
};

/// What to rebuild: a lock, and the manifest beside it that it was made from.
struct Recipe {
  manifest::Manifest manifest;
  manifest::Lock lock;
};

Recipe load_recipe(const Options& options) {
  const fs::path given = options.lock;
  const bool is_manifest = given.extension() == ".toml";
  const fs::path manifest_file = is_manifest ? given : fs::path(given).replace_extension(".toml");
  const fs::path lock_file = is_manifest ? manifest::lock_path_for(given) : given;
  Recipe recipe{.manifest = manifest::load_manifest(manifest_file),
                .lock = manifest::load_lock(lock_file)};
  manifest::require_fresh(recipe.lock, recipe.manifest, lock_file);
  return recipe;
}

/// Builds what the lock pins, whatever image it expects: what comes out is what is stated. An
/// image that is to be signed is made without: its registers but PCR8 are the same, and that one
/// is of the certificate.
exports::Reference rebuild(const Options& options, const Recipe& recipe, sandbox::Report& held_by,
                           const Terminal& terminal) {
  const TemporaryFolder scratch(temporary_place(), ".reproduce.attest");
  AtomicFile image(scratch.path() / "image.eif");
  build::Surroundings surroundings =
      surroundings_for(options.store, recipe.manifest, scratch.path());
  surroundings.leave_unsigned = recipe.manifest.sign.has_value();
  build::require_same_writers(recipe.lock, recipe.manifest, surroundings);
  const std::optional<manifest::Lock> lock = recipe.lock;
  Progress progress(terminal, "building", lock->image.size);
  build::ConfinedImage built = build::build_confined(
      {recipe.manifest, lock, build::Expectation::inputs_only}, surroundings,
      sandbox_mode_for(options.sandbox, recipe.manifest), image, progress.callback());
  for (const std::string& warning : built.built.warnings) terminal.warning(warning);
  tell_sandbox(terminal, built.report);
  held_by = std::move(built.report);
  FileDigests digests;
  image.copy_to(digests);
  return {.name = options.name.empty() ? recipe.manifest.image.name : options.name,
          .registers = std::move(built.built.image.registers),
          .sha256 = digests.sha256(),
          .sha384 = digests.sha384(),
          .lock = recipe.lock};
}

/// In what the image is not the one that the lock expects.
std::string difference(const exports::Reference& made, const Recipe& recipe) {
  const manifest::ExpectedImage& expected = recipe.lock.image;
  std::vector<std::string> names;
  for (const auto& [index, value] : made.registers) {
    const auto found = expected.registers.find(index);
    if (found == expected.registers.end() || found->second != value)
      names.push_back(name_of_register(index));
  }
  const bool same_kind = !recipe.manifest.sign || expected.without_signature;
  if (same_kind && made.sha256 != expected.sha256) names.emplace_back("the file's SHA-256");
  return enumeration(names);
}

std::string envelope_of(const std::string& statement, const SigningKey& key) {
  const Bytes payload(statement.begin(), statement.end());
  const Bytes signature = key.sign_statement(dsse::pre_authentication(dsse::in_toto_type, payload));
  return dsse::write_envelope({.payload_type = std::string(dsse::in_toto_type),
                               .payload = payload,
                               .signatures = {{key.public_key()->id(), signature}}});
}

ExitCode run(const Options& options, const Terminal& terminal) {
  if (options.output.empty() && terminal.json())
    throw Error(ErrorKind::usage, "standard output cannot be both the statement and --json",
                {.hint = "say `-o FILE`"});
  const Recipe recipe = load_recipe(options);
  std::optional<AtomicFile> file;
  if (!options.output.empty()) file.emplace(options.output);
  // A key that is not there ends this before the build; it is opened behind it, so that the
  // process that reads the inputs never has it.
  if (!sign::is_token_url(options.key)) (void)FileSource(options.key);
  sandbox::Report held_by;
  const exports::Reference made = rebuild(options, recipe, held_by, terminal);
  const SigningKey key =
      SigningKey::load(options.key, secret_from(options.secret), sign::KeyUse::statement);
  report::Attested told{.file = options.output,
                        .key_id = key.public_key()->id(),
                        .key = std::string(key.public_key()->words()),
                        .builder = options.builder,
                        .sha256 = *made.sha256,
                        .registers = made.registers,
                        .difference = difference(made, recipe),
                        .deterministic = key.is_deterministic()};
  if (told.builder.empty()) told.builder = "urn:reproduce:key:" + told.key_id;
  const std::string envelope =
      envelope_of(exports::in_toto_statement(
                      made, {.id = told.builder, .version = version, .sandbox = held_by.in_force}),
                  key);
  if (file) {
    file->write(as_bytes(envelope));
    file->publish();
    if (terminal.json())
      terminal.answer(report::attest_json(told));
    else
      terminal.answer_to_people(report::attest_text(told));
  } else {
    terminal.answer(envelope);
  }
  if (told.difference.empty()) return ExitCode::yes;
  terminal.warning("the image is not the one that the lock expects: " + told.difference);
  return ExitCode::no;
}

}  // namespace

Verb add_attest(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "attest",
       .sentence = "Rebuilds what a lock pins, and signs a statement of what came out",
       .examples = {"reproduce attest enclave.lock --key rebuilder.key -o alice.dsse",
                    "reproduce attest app/enclave.lock --key ~/.ssh/id_ed25519 "
                    "--builder https://rebuild.example/alice > alice.dsse",
                    "reproduce verify --rebuilders keys/ --threshold 2 app/enclave.lock "
                    "attestation.cbor *.dsse"},
       .details =
           "The manifest lies beside the lock. The statement is in-toto's, with SLSA provenance:\n"
           "image, registers, inputs and what held the build; the envelope is DSSE. It says what\n"
           "was made here, also when that is not what the lock expects: then the exit code is 1.\n"
           "Keys are Ed25519, or ECDSA on P-256, P-384 or P-521: PEM, OpenSSH's own form without\n"
           "a passphrase, or a token's as pkcs11:... . An image that is to be signed is rebuilt\n"
           "without its signature, which no register but PCR8 knows of.\n",
       .page = "docs/formats/statement.md, docs/scale.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("LOCK", options->lock, "default: enclave.lock; or its manifest")->type_name("");
  app->add_option("--key", options->key, "the rebuilder's private key")
      ->required()
      ->type_name("KEY");
  add_secret_option(*app, options->secret, "Options");
  app->add_option("-o,--output", options->output, "default: standard output")->type_name("FILE");
  app->add_option("--name", options->name,
                  "what the image is called; default: as the manifest has it");
  app->add_option("--builder", options->builder,
                  "a URI of who rebuilt it; default: made of the key")
      ->type_name("URI");
  add_store_option(*app, options->store);
  add_sandbox_option(*app, options->sandbox);
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli
