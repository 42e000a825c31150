#include "reproduce/verify/verdict.hpp"

#include <algorithm>
#include <set>

#include "checks.hpp"

#include "reproduce/base/error.hpp"

namespace reproduce::verify {
namespace {

using attestation::EvaluationTime;
using attestation::VerifiedDocument;

/// Which of PCR0, PCR1 and PCR2 differ tells which parts of the image do: PCR0
/// covers everything, PCR1 all but the later ramdisks, PCR2 only those.
std::string boot_difference(const std::set<std::uint32_t>& differing) {
  if (differing == std::set<std::uint32_t>{0, 2}) return "only ramdisks after the first differ";
  if (differing == std::set<std::uint32_t>{0, 1})
    return "the kernel, the command line or the first ramdisk differs, later ramdisks do not";
  if (differing == std::set<std::uint32_t>{0, 1, 2})
    return "both what boots and the ramdisks after the first differ";
  if (differing == std::set<std::uint32_t>{1, 2})
    return "the same bytes are divided otherwise between the first ramdisk and the later ones";
  return "the registers that differ do not fit together";
}

std::string signer_difference(const RegisterComparison& signer) {
  if (!signer.image) return "the attested enclave's image was signed, this image is not";
  if (!signer.attested || std::ranges::all_of(*signer.attested, [](auto byte) { return !byte; }))
    return "this image is signed, the attested enclave's was not";
  return "another certificate signed it";
}

/// Why the registers that count do not all match; empty when they do.
std::string register_reason(const std::vector<RegisterComparison>& registers) {
  std::set<std::uint32_t> differing;
  const RegisterComparison* signer = nullptr;
  for (const RegisterComparison& comparison : registers) {
    if (comparison.matches()) continue;
    if (comparison.index == 8) {
      signer = &comparison;
    } else if (!comparison.attested || !comparison.image) {
      return "PCR" + std::to_string(comparison.index) + " is missing, so nothing is shown";
    } else {
      differing.insert(comparison.index);
    }
  }
  if (!differing.empty())
    return "this image is not the attested one; " + boot_difference(differing);
  if (signer == nullptr) return {};
  return "PCR0, PCR1 and PCR2 match, but PCR8 does not: " + signer_difference(*signer);
}

const Check* first_failure(const std::vector<Check>& checks) {
  const auto failed = std::ranges::find(checks, Outcome::fail, &Check::outcome);
  return failed == checks.end() ? nullptr : &*failed;
}

void conclude(Verdict& verdict, const VerifiedDocument& document) {
  const std::string registers = register_reason(verdict.registers);
  const Check* const failed = first_failure(verdict.checks);
  if (is_debug_mode(document.document())) {
    verdict.reason =
        "the document is of an enclave in debug mode: PCR0, PCR1 and PCR2 are zero and say "
        "nothing about any image";
    verdict.hint = "start the enclave without --debug-mode and get a new document";
  } else if (!registers.empty()) {
    verdict.reason = registers;
    verdict.hint =
        "the attested image is the one for which `reproduce measure` prints the "
        "attested values";
  } else if (failed != nullptr) {
    verdict.reason = "the registers match, but " + failed->words;
  } else if (document.basis() == EvaluationTime::Basis::document) {
    verdict.reason =
        "this image is the attested one; judged at the document's own time, so it is authentic, "
        "but nothing shows that it is fresh";
  } else {
    verdict.reason = "this image is the attested one";
  }
}

}  // namespace

std::string_view name_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return "pass";
    case Outcome::fail:
      return "fail";
    case Outcome::warning:
      return "warning";
    case Outcome::not_checked:
      return "not_checked";
  }
  throw Error(ErrorKind::bug, "unknown outcome");
}

bool Verdict::is_yes() const {
  return first_failure(checks) == nullptr &&
         std::ranges::all_of(registers, &RegisterComparison::matches);
}

Verdict judge(const measure::ImageMeasurements& image, const VerifiedDocument& document,
              const Policy& policy) {
  Verdict verdict{
      .checks = {check_root(document), check_chain(document), check_signature(document),
                 check_time(document), check_debug_mode(document), check_nonce(document, policy),
                 check_age(document, policy), check_instance(document), check_signer(document),
                 check_keys(document), check_image_signature(image)},
      .registers = compare_registers(image.registers, document),
      .reason = {},
      .hint = {}};
  conclude(verdict, document);
  return verdict;
}

}  // namespace reproduce::verify
