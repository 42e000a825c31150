#include "reproduce/build/build.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/build/app.hpp"
#include "reproduce/build/expectation.hpp"
#include "reproduce/cpio/writer.hpp"
#include "reproduce/lint/lint.hpp"

namespace reproduce::build {
namespace {

using inputs::Ledger;
using inputs::Pinning;
using manifest::Lock;
using manifest::Manifest;

/// Names the shape of the container and of its metadata section, as cpio::writer_version does
/// that of archives: they change whenever the same parts would give other bytes.
constexpr std::string_view eif_writer_version = "eif/4";
constexpr std::string_view metadata_writer_version = "json/1";

/// Names what a folder's pin is the digest of (tree/digest.hpp).
constexpr std::string_view tree_digest_version = "tree/1";

bool has_layers(const Manifest& manifest) {
  return manifest.app || std::any_of(manifest.ramdisks.begin(), manifest.ramdisks.end(),
                                     [](const manifest::Ramdisk& ramdisk) { return !ramdisk.raw; });
}

/// The versions of all that shapes the bytes of the image, and of nothing else, so that a
/// lock outlives the versions that do not matter to it.
manifest::WriterVersions writer_versions(const Manifest& manifest,
                                         const Surroundings& surroundings) {
  manifest::WriterVersions versions{{"eif", std::string(eif_writer_version)}};
  if (makes_metadata(manifest)) versions["metadata"] = metadata_writer_version;
  if (has_layers(manifest)) {
    versions["cpio"] = cpio::writer_version;
    versions["tree"] = tree_digest_version;
  }
  const auto add_encoder = [&versions](manifest::Compression compression) {
    if (const auto format = encoder_of(compression))
      versions[std::string(compression::name_of(*format))] = compression::encoder_version(*format);
  };
  if (manifest.app) add_encoder(manifest.app->compression);
  for (const manifest::Ramdisk& ramdisk : manifest.ramdisks) add_encoder(ramdisk.compression);
  if (manifest.app && !manifest.app->init)
    versions["init"] = "sha256 " + to_hex(sha256(builtin_init(manifest.image.arch)));
  if (stamps_tool_version(manifest)) versions["reproduce"] = surroundings.tool_version;
  return versions;
}

/// Only ramdisks of layers are looked at: what is in raw ones is whatever made them.
void lint_plan(const Plan& plan, const Manifest& manifest, lint::Findings& findings) {
  lint::Ramdisks ramdisks;
  for (std::size_t number = 0; number < plan.ramdisks.size(); ++number) {
    const auto* const layered = std::get_if<LayeredRamdisk>(&plan.ramdisks[number]);
    if (layered == nullptr)
      ramdisks.are_all = false;
    else
      ramdisks.ramdisks.push_back({.number = number,
                                   .tree = layered->tree(),
                                   .losses = layered->notes().losses,
                                   .newest = layered->notes().newest});
  }
  lint::lint(manifest, ramdisks, findings);
  if (manifest.lint.is_error) findings.refuse_any();
}

/// The warnings of a build, which does not lint.
Warnings warnings_of(Plan& plan) {
  Warnings warnings = std::move(plan.unlinted);
  warnings.insert(warnings.end(), plan.warnings.begin(), plan.warnings.end());
  return warnings;
}

}  // namespace

MadeLock make_lock(const Manifest& manifest, const std::vector<manifest::Pin>& resolved,
                   const Surroundings& surroundings, const ProgressCallback& progress) {
  NullSink nowhere;
  lint::Findings findings(manifest);

  Ledger recording(manifest, Pinning::record, resolved, surroundings.store);
  const AssembledImage first = [&] {
    // Gone, with its trees and scratch files, before the second run makes them again.
    Plan plan = make_plan(manifest, recording, surroundings);
    lint_plan(plan, manifest, findings);
    return write_image(plan, nowhere, std::nullopt, progress);
  }();

  trace("build", [] { return "all inputs are recorded; the second run compares"; });
  Ledger rechecking(manifest, Pinning::recheck, std::move(recording).finish(), surroundings.store);
  Plan again = make_plan(manifest, rechecking, surroundings);
  const AssembledImage image =
      write_image(again, nowhere, first.bare ? first.bare->header : first.header, progress);
  if (!(image.bare ? image.bare->sha256 : image.sha256) || image.registers != first.registers)
    throw Error(ErrorKind::bug, "the same inputs made two different images",
                {.file = manifest.file.string()});

  Warnings warnings = std::move(again.warnings);
  for (std::string& sentence : findings.sentences()) warnings.push_back(std::move(sentence));
  return {.lock = {.manifest = manifest.digest,
                   .writers = writer_versions(manifest, surroundings),
                   .inputs = std::move(rechecking).finish(),
                   .image = describe_image(image, again)},
          .warnings = std::move(warnings)};
}

void require_same_writers(const Lock& lock, const Manifest& manifest,
                          const Surroundings& surroundings) {
  const manifest::WriterVersions ours = writer_versions(manifest, surroundings);
  if (lock.writers == ours) return;
  // Only those that differ: the others tell nobody what to look at.
  std::string expected;
  std::string got;
  const auto name_difference = [&](const std::string& name) {
    const auto version_in = [&](const manifest::WriterVersions& versions) {
      const auto found = versions.find(name);
      return found == versions.end() ? "no " + name : name + ' ' + found->second;
    };
    if (version_in(lock.writers) == version_in(ours)) return;
    expected += (expected.empty() ? "" : ", ") + version_in(lock.writers);
    got += (got.empty() ? "" : ", ") + version_in(ours);
  };
  manifest::WriterVersions all = ours;
  all.insert(lock.writers.begin(), lock.writers.end());
  for (const auto& [name, version] : all) name_difference(name);
  throw Error(ErrorKind::usage, "the lock was made by another version of reproduce",
              {.file = manifest::lock_path_for(manifest.file).string(),
               .expected = expected,
               .got = got,
               .hint = "build with the version that made the lock, or pin the image of this one "
                       "with `reproduce lock`"});
}

BuiltImage build_locked(const Manifest& manifest, const Lock& lock,
                        const Surroundings& surroundings, PatchableSink& out,
                        const ProgressCallback& progress) {
  const std::filesystem::path file = manifest::lock_path_for(manifest.file);
  Ledger ledger(manifest, Pinning::compare, lock.inputs, surroundings.store);
  Plan plan = make_plan(manifest, ledger, surroundings);
  const eif::Header header = predict_header(lock.image, plan, file);
  trace("build", [&] {
    return "planned; the lock expects " + std::to_string(lock.image.size) + " bytes in " +
           std::to_string(header.num_sections) + " sections";
  });
  AssembledImage image = write_image(plan, out, header, progress);
  (void)std::move(ledger).finish();
  require_expected(image, plan, lock.image, file);
  return {.image = std::move(image), .warnings = warnings_of(plan)};
}

BuiltImage build_pinned(const Manifest& manifest, const Lock& lock,
                        const Surroundings& surroundings, PatchableSink& out,
                        const ProgressCallback& progress) {
  Ledger ledger(manifest, Pinning::compare, lock.inputs, surroundings.store);
  Plan plan = make_plan(manifest, ledger, surroundings);
  AssembledImage image = write_image(plan, out, std::nullopt, progress);
  (void)std::move(ledger).finish();
  return {.image = std::move(image), .warnings = warnings_of(plan)};
}

BuiltImage build_unpinned(const Manifest& manifest, const Surroundings& surroundings,
                          PatchableSink& out, const ProgressCallback& progress) {
  Ledger ledger(manifest, Pinning::none);
  Plan plan = make_plan(manifest, ledger, surroundings);
  AssembledImage image = write_image(plan, out, std::nullopt, progress);
  return {.image = std::move(image), .warnings = warnings_of(plan)};
}

}  // namespace reproduce::build
