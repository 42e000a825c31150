#include "verify_reference.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "building.hpp"
#include "operand.hpp"
#include "progress.hpp"
#include "temporary_place.hpp"
#include "verify_rebuilders.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/random_access.hpp"
#include "reproduce/base/temporary_folder.hpp"
#include "reproduce/build/confined.hpp"
#include "reproduce/diff/pins.hpp"
#include "reproduce/dsse/envelope.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/parse.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/published/registers.hpp"
#include "reproduce/rebuilders/statement.hpp"

namespace reproduce::cli {
namespace {

using verify::Reference;
using verify::ReferenceKind;

std::map<std::uint32_t, Bytes> as_values(const measure::Registers& registers) {
  std::map<std::uint32_t, Bytes> values;
  for (const auto& [index, value] : registers)
    values.emplace(index, Bytes(value.begin(), value.end()));
  return values;
}

/// Builds what the lock promises, or throws as `reproduce build` does. The image is a file without
/// a name in the folder for temporary files, and gone when this returns.
Reference build_reference(const std::string& operand, const VerifyOptions& options,
                          const Terminal& terminal) {
  const manifest::Manifest manifest = manifest::load_manifest(operand);
  const std::filesystem::path lock_file = manifest::lock_path_for(manifest.file);
  const std::optional<manifest::Lock> lock = manifest::load_lock(lock_file);
  manifest::require_fresh(*lock, manifest, lock_file);
  const TemporaryFolder scratch(temporary_place(), ".reproduce.verify");
  AtomicFile nowhere(scratch.path() / "image.eif");
  build::Surroundings surroundings = surroundings_for(options.store, manifest, scratch.path());
  // To know its registers takes no key: the signature is in none but PCR8, which is of the
  // certificate.
  surroundings.leave_unsigned = manifest.sign.has_value();
  const auto expectation =
      manifest.sign ? build::Expectation::inputs_only : build::Expectation::image;
  build::require_same_writers(*lock, manifest, surroundings);
  Progress progress(terminal, "building", lock->image.size);
  const build::ConfinedImage image = build::build_confined(
      {manifest, lock, expectation}, surroundings, sandbox_mode_for(options.sandbox, manifest),
      nowhere, progress.callback());
  measure::Registers registers = image.built.image.registers;
  if (manifest.sign) {
    require_locked_registers(registers, manifest, *lock);
    registers.insert(lock->image.registers.begin(), lock->image.registers.end());
  }
  return {.name = operand,
          .kind = ReferenceKind::manifest,
          .registers = as_values(registers),
          .sha256 = lock->image.sha256,
          .recipe = manifest::recipe_digest(*lock)};
}

/// A file of an image needs no digest of its own but for those who compare files.
measure::MeasureOptions measuring(const VerifyOptions& options, Progress& progress) {
  return {.file_digest = !options.rebuilders.empty(), .progress = progress.callback()};
}

Reference stated_reference(const std::string& name, const rebuilders::Statement& statement,
                           ReferenceKind kind) {
  Reference reference{.name = name, .kind = kind, .registers = statement.registers};
  if (statement.images.size() == 1) reference.sha256 = statement.images.front().sha256;
  reference.recipe = statement.recipe;
  return reference;
}

/// JSON and lines: a statement, signed or not, or a file of registers.
Reference read_text_reference(const std::string& name, const RandomAccess& file,
                              Witnesses& witnesses) {
  if (published::starts_as_json(file)) {
    RangeSource source(file, 0, file.size());
    const Bytes bytes = read_all(source, dsse::largest_envelope, "the reference");
    const std::string_view text = as_text(bytes);
    if (dsse::is_envelope(text))
      return stated_reference(name, witnesses.take_subject(name, text), ReferenceKind::statement);
    if (rebuilders::is_statement(text))
      return stated_reference(name, rebuilders::parse_statement(bytes), ReferenceKind::registers);
  }
  return {
      .name = name, .kind = ReferenceKind::registers, .registers = published::read_registers(file)};
}

Reference read_file_reference(const std::string& operand, const VerifyOptions& options,
                              Witnesses& witnesses, const Terminal& terminal) {
  const std::string name = operand_name(operand);
  const std::unique_ptr<RandomAccess> file = open_seekable_operand(operand);
  switch (diff::detect_subject(*file)) {
    case diff::SubjectKind::image: {
      RangeSource source(*file, 0, file->size());
      Progress progress(terminal, "measuring", file->size());
      return verify::reference_of(name,
                                  measure::measure_image(source, measuring(options, progress)));
    }
    case diff::SubjectKind::lock: {
      RangeSource source(*file, 0, file->size());
      const Bytes text = read_all(source, manifest::max_lock_size, "the lock");
      const manifest::Lock lock = manifest::parse_lock(as_text(text), name);
      return {.name = name,
              .kind = ReferenceKind::lock,
              .registers = as_values(lock.image.registers),
              .sha256 = lock.image.sha256,
              .recipe = manifest::recipe_digest(lock)};
    }
    case diff::SubjectKind::pcr_file:
      return read_text_reference(name, *file, witnesses);
    case diff::SubjectKind::document:
    case diff::SubjectKind::nitrotpm_document:
      throw Error(ErrorKind::usage, "a document is held to something, and nothing to a document",
                  {.file = name,
                   .expected = "an image, a lock, a manifest or registers",
                   .got = "an attestation document",
                   .hint = "the order is `reproduce verify SUBJECT ATTESTATION`"});
  }
  throw Error(ErrorKind::bug, "unknown kind of subject");
}

/// One of the policy's.
Reference policy_reference(const manifest::PolicyReference& stated, const VerifyOptions& options,
                           const VerifyRules& rules, Witnesses& witnesses,
                           const Terminal& terminal) {
  const std::string source = rules.file.place_of(stated.at);
  if (!stated.file.empty()) {
    Reference reference = read_reference(rules.file.locate(stated.file).string(), options,
                                         rules.policy.kind, witnesses, terminal);
    reference.name = stated.name;
    reference.source = source;
    return reference;
  }
  Reference reference{.name = stated.name, .kind = ReferenceKind::rules, .source = source};
  for (const manifest::PolicyStatement& statement : stated.registers) {
    std::optional<Bytes> value = from_hex(statement.value);
    if (!value || value->size() != std::tuple_size_v<Sha384Digest>)
      throw Error(ErrorKind::usage, "`" + statement.key + "` is no SHA-384",
                  {.file = rules.file.file.string(),
                   .source = rules.file.line_at(statement.at),
                   .expected = "96 hexadecimal digits",
                   .got = statement.value});
    reference.registers.emplace(published::parse_index(statement.key), std::move(*value));
  }
  verify::require_complete(reference, rules.policy.kind);
  return reference;
}

}  // namespace

Reference read_reference(const std::string& operand, const VerifyOptions& options,
                         attestation::DocumentKind kind, Witnesses& witnesses,
                         const Terminal& terminal) {
  try {
    const bool is_manifest = std::filesystem::path(operand).extension() == ".toml";
    Reference reference = is_manifest ? build_reference(operand, options, terminal)
                                      : read_file_reference(operand, options, witnesses, terminal);
    if (kind == attestation::DocumentKind::nitrotpm && reference.kind != ReferenceKind::registers)
      throw Error(ErrorKind::usage, "a NitroTPM document is held to registers, not to an enclave",
                  {.expected = "registers, as nitro-tpm-pcr-compute prints them"});
    verify::require_complete(reference, kind);
    return reference;
  } catch (Error& error) {
    error.set_file_if_unknown(operand_name(operand));
    throw;
  }
}

void require_references(const std::vector<std::string>& operands, const VerifyRules& rules) {
  if (!operands.empty() && !rules.references.empty())
    throw Error(ErrorKind::usage, "both the command line and the policy name references",
                {.got = "'" + operands.front() + "', and " +
                        rules.file.place_of(rules.references.front().at),
                 .hint = "any of several references will do, so this would allow more than either; "
                         "leave one out"});
  if (!operands.empty() || !rules.references.empty()) return;
  const std::optional<Reference> reference = reference_of_rules(rules);
  if (!reference) verify::require_meaning({}, rules.policy);
  verify::require_complete(*reference, rules.policy.kind);
}

std::vector<Reference> read_references(const std::vector<std::string>& operands,
                                       const VerifyOptions& options, const VerifyRules& rules,
                                       Witnesses& witnesses, const Terminal& terminal) {
  std::vector<Reference> references;
  references.reserve(operands.size() + rules.references.size());
  for (const std::string& operand : operands)
    references.push_back(read_reference(operand, options, rules.policy.kind, witnesses, terminal));
  for (const manifest::PolicyReference& stated : rules.references)
    references.push_back(policy_reference(stated, options, rules, witnesses, terminal));
  if (references.empty())
    if (std::optional<Reference> reference = reference_of_rules(rules))
      references.push_back(*std::move(reference));
  verify::require_meaning(references, rules.policy);
  return references;
}

}  // namespace reproduce::cli
