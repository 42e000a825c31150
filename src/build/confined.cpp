#include "reproduce/build/confined.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "transfer.hpp"

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/temporary_folder.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/sandbox/confine.hpp"

namespace reproduce::build {
namespace {

using manifest::Manifest;
using manifest::Origin;

/// Whether anything is unpacked, and so waits in scratch files. A folder of the host is not.
bool needs_scratch(const Manifest& manifest) {
  return std::any_of(manifest.inputs.begin(), manifest.inputs.end(),
                     [](const manifest::Input& input) {
                       const bool is_folder =
                           input.kind == manifest::InputKind::dir && input.origin == Origin::path;
                       return !is_folder && !manifest::is_one_file(input.kind);
                     });
}

/// A folder for this build alone, where one is needed, so that its scratch files open no way to
/// what else lies beside the output.
using ScratchFolder = std::optional<TemporaryFolder>;

void make_scratch(ScratchFolder& scratch, const Manifest& manifest,
                  const std::filesystem::path& parent) {
  if (needs_scratch(manifest)) scratch.emplace(parent, ".reproduce");
}

/// What the inputs of the manifest are read from.
std::vector<std::filesystem::path> readable(const Manifest& manifest,
                                            const Surroundings& surroundings) {
  std::vector<std::filesystem::path> paths;
  bool needs_store = false;
  for (const manifest::Input& input : manifest.inputs) {
    if (input.origin != Origin::path)
      needs_store = true;
    else if (std::filesystem::path path = manifest.locate(input); std::filesystem::exists(path))
      paths.push_back(std::move(path));  // what is absent is told by whoever opens it
  }
  if (needs_store && std::filesystem::exists(surroundings.store_folder))
    paths.push_back(surroundings.store_folder);
  return paths;
}

Surroundings within(const ScratchFolder& scratch, Surroundings surroundings) {
  surroundings.scratch_folder = scratch ? scratch->path() : std::filesystem::path();
  return surroundings;
}

/// What the parent does for a build that signs: PCR0 (48 bytes) and the certificate's text in, the
/// signature section out.
sandbox::Help signing_help(const Manifest& manifest, const Surroundings& surroundings) {
  if (!manifest.sign || surroundings.leave_unsigned || !surroundings.signer.sign) return {};
  return {.prepare = surroundings.signer.prepare,
          .answer = [sign = surroundings.signer.sign](ByteView question) {
            ByteReader in(question);
            Sha384Digest pcr0{};
            const ByteView digest = in.take(pcr0.size(), "PCR0");
            std::copy(digest.begin(), digest.end(), pcr0.begin());
            return sign(std::string(as_text(in.take(in.remaining(), "certificate"))), pcr0);
          }};
}

/// The same surroundings, seen from the child: who signs is asked.
Surroundings asking(Surroundings surroundings, const sandbox::Ask& ask) {
  surroundings.signer = {.prepare = {},
                         .sign = [ask](const std::string& certificate, const Sha384Digest& pcr0) {
                           ByteWriter question;
                           question.write(ByteView(pcr0));
                           question.write(as_bytes(certificate));
                           return ask(question.view());
                         }};
  return surroundings;
}

sandbox::Confinement confinement(const Manifest& manifest, const Surroundings& surroundings,
                                 sandbox::Mode mode) {
  sandbox::Confinement confined{.mode = mode, .inputs = readable(manifest, surroundings)};
  if (!surroundings.scratch_folder.empty()) confined.scratch.push_back(surroundings.scratch_folder);
  if (const int trace = trace_descriptor(); trace >= 0) confined.descriptors.push_back(trace);
  return confined;
}

}  // namespace

ConfinedImage build_confined(const Order& order, const Surroundings& surroundings,
                             sandbox::Mode mode, AtomicFile& out,
                             const ProgressCallback& progress) {
  const Manifest& manifest = order.manifest;
  ScratchFolder scratch;
  make_scratch(scratch, manifest, surroundings.scratch_folder);
  const Surroundings inside = within(scratch, surroundings);
  sandbox::Confinement confined = confinement(manifest, inside, mode);
  for (const int descriptor : out.descriptors()) confined.descriptors.push_back(descriptor);
  const auto work = [&](const sandbox::Progress& report, const sandbox::Ask& ask) {
    const Surroundings here = asking(inside, ask);
    const BuiltImage built = [&] {
      if (!order.lock) return build_unpinned(manifest, here, out, report);
      return order.expectation == Expectation::image
                 ? build_locked(manifest, *order.lock, here, out, report)
                 : build_pinned(manifest, *order.lock, here, out, report);
    }();
    out.flush();
    return encode_image(built);
  };
  sandbox::Outcome outcome =
      sandbox::run_confined(confined, signing_help(manifest, surroundings), work, progress);
  return {.built = decode_image(outcome.result), .report = std::move(outcome.report)};
}

ConfinedLock lock_confined(const Manifest& manifest, const std::vector<manifest::Pin>& resolved,
                           const Surroundings& surroundings, sandbox::Mode mode,
                           const ProgressCallback& progress) {
  ScratchFolder scratch;
  make_scratch(scratch, manifest, surroundings.scratch_folder);
  const Surroundings inside = within(scratch, surroundings);
  const auto work = [&](const sandbox::Progress& report, const sandbox::Ask& ask) {
    return encode_lock(make_lock(manifest, resolved, asking(inside, ask), report));
  };
  sandbox::Outcome outcome = sandbox::run_confined(
      confinement(manifest, inside, mode), signing_help(manifest, surroundings), work, progress);
  return {.made = decode_lock(outcome.result, manifest::lock_path_for(manifest.file)),
          .report = std::move(outcome.report)};
}

}  // namespace reproduce::build
