#include "reproduce/verify/verdict.hpp"

#include <algorithm>
#include <set>

#include "checks.hpp"

#include "reproduce/base/enumeration.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/register_name.hpp"

namespace reproduce::verify {
namespace {

using attestation::DocumentKind;
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
  if (!signer.expected) return "the attested enclave's image was signed, this image is not";
  if (!signer.attested || std::ranges::all_of(*signer.attested, [](auto byte) { return !byte; }))
    return "this image is signed, the attested enclave's was not";
  return "another certificate signed it";
}

/// What a reference is called in a sentence.
std::string subject_words(const Reference& reference) {
  switch (reference.kind) {
    case ReferenceKind::image:
      return "this image";
    case ReferenceKind::lock:
      return "the image that this lock expects";
    case ReferenceKind::manifest:
      return "the image that this manifest makes";
    case ReferenceKind::registers:
    case ReferenceKind::rules:
      return "the image with these registers";
    case ReferenceKind::statement:
      return "the image of this statement";
  }
  throw Error(ErrorKind::bug, "unknown kind of reference");
}

/// What a NitroTPM document speaks of is an instance, not an image.
std::string is_attested(const Reference& reference, DocumentKind kind, bool yes) {
  if (kind == DocumentKind::nitrotpm)
    return yes ? "this instance was started as expected"
               : "this instance was not started as expected";
  return subject_words(reference) + (yes ? " is the attested one" : " is not the attested one");
}

std::string list(const std::vector<std::uint32_t>& indices) {
  std::vector<std::string> names;
  names.reserve(indices.size());
  for (const std::uint32_t index : indices) names.push_back(name_of_register(index));
  return enumeration(names);
}

/// Why the registers that count do not all match; empty when they do.
std::string register_reason(const std::vector<RegisterComparison>& registers,
                            const Reference& reference, DocumentKind kind) {
  const std::span<const std::uint32_t> always = registers_that_count(kind);
  std::set<std::uint32_t> differing;
  std::vector<std::uint32_t> others;
  const RegisterComparison* signer = nullptr;
  for (const RegisterComparison& comparison : registers) {
    if (comparison.matches()) continue;
    const bool counts = std::ranges::find(always, comparison.index) != always.end();
    if (counts && (!comparison.attested || !comparison.expected))
      return name_of_register(comparison.index) + " is missing, so nothing is shown";
    if (counts)
      differing.insert(comparison.index);
    else if (comparison.index == 8 && reference.says_all())
      signer = &comparison;
    else
      others.push_back(comparison.index);
  }
  const std::vector<std::uint32_t> counting(differing.begin(), differing.end());
  if (!differing.empty() && kind == DocumentKind::nitrotpm)
    return is_attested(reference, kind, false) + "; " + list(counting) + " differ" +
           (counting.size() == 1 ? "s" : "");
  if (!differing.empty())
    return is_attested(reference, kind, false) + "; " + boot_difference(differing);
  const std::string almost = list({always.begin(), always.end()}) + " match, but ";
  if (signer != nullptr) return almost + "PCR8 does not: " + signer_difference(*signer);
  if (others.empty()) return {};
  return almost + list(others) + (others.size() == 1 ? " does not" : " do not");
}

const Check* first_failure(const std::vector<Check>& checks) {
  const auto failed = std::ranges::find(checks, Outcome::fail, &Check::outcome);
  return failed == checks.end() ? nullptr : &*failed;
}

void conclude(Verdict& verdict, const Reference& reference, const VerifiedDocument& document) {
  const DocumentKind kind = document.document().kind;
  const std::string registers = register_reason(verdict.registers, reference, kind);
  const Check* const failed = first_failure(verdict.checks);
  if (is_debug_mode(document.document())) {
    verdict.reason =
        "the document is of an enclave in debug mode: PCR0, PCR1 and PCR2 are zero and say "
        "nothing about any image";
    verdict.hint = "start the enclave without --debug-mode and get a new document";
  } else if (!registers.empty()) {
    verdict.reason = registers;
    if (kind == DocumentKind::enclave)
      verdict.hint =
          "the attested image is the one for which `reproduce measure` prints the "
          "attested values";
  } else if (failed != nullptr) {
    verdict.reason = "the registers match, but " + failed->words;
  } else if (document.basis() == EvaluationTime::Basis::document) {
    verdict.reason = is_attested(reference, kind, true) +
                     "; judged at the document's own time, so it is authentic, "
                     "but nothing shows that it is fresh";
  } else {
    verdict.reason = is_attested(reference, kind, true);
  }
}

/// Which reference a set of registers meets, and how it compares.
struct Choice {
  std::size_t reference = 0;
  std::vector<RegisterComparison> registers;
  bool matches = false;
};

/// The first reference that is met; else the one with the fewest differences.
Choice choose(std::size_t count, const auto& compare) {
  Choice best;
  std::size_t fewest = 0;
  for (std::size_t at = 0; at < count; ++at) {
    std::vector<RegisterComparison> registers = compare(at);
    const auto differences = static_cast<std::size_t>(std::ranges::count_if(
        registers, [](const RegisterComparison& comparison) { return !comparison.matches(); }));
    if (at != 0 && differences >= fewest) continue;
    fewest = differences;
    best = {at, std::move(registers), differences == 0};
    if (best.matches) break;
  }
  return best;
}

Check check_reference(std::span<const Reference> references, const Choice& choice) {
  const Reference& reference = references[choice.reference];
  Check check{
      .name = "reference",
      .outcome = choice.matches ? Outcome::pass : Outcome::fail,
      .words = {},
      .values = {{"reference", reference.name}, {"kind", std::string(name_of(reference.kind))}},
      .source = reference.source};
  if (references.size() == 1)
    check.words = (choice.matches ? "the document meets '" : "the document does not meet '") +
                  reference.name + "'";
  else if (choice.matches)
    check.words = "the document meets '" + reference.name + "', one of " +
                  std::to_string(references.size()) + " that will do";
  else
    check.words = "the document meets none of " + std::to_string(references.size()) +
                  " references; '" + reference.name + "' is the nearest";
  return check;
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
  return first_failure(checks) == nullptr && !registers.empty() &&
         std::ranges::all_of(registers, &RegisterComparison::matches);
}

Verdict judge(std::span<const Reference> references, const VerifiedDocument& document,
              const Policy& policy, std::vector<Check> witnesses) {
  if (document.document().kind != policy.kind)
    throw Error(ErrorKind::bug, "a document of one kind is judged by the rules of the other");
  require_meaning(references, policy);
  refuse_denied(document, policy);
  Choice choice = choose(references.size(), [&](std::size_t at) {
    return compare_registers(references[at], document);
  });
  const Reference& reference = references[choice.reference];
  Verdict verdict{.checks = {check_root(document, policy), check_chain(document),
                             check_signature(document), check_time(document, policy)},
                  .registers = {},
                  .reference = choice.reference,
                  .reason = {},
                  .hint = {}};
  const auto add = [&](Check check) { verdict.checks.push_back(std::move(check)); };
  const bool is_enclave = policy.kind == DocumentKind::enclave;
  if (is_enclave) add(check_debug_mode(document));
  add(check_nonce(document, policy));
  add(check_age(document, policy));
  if (is_enclave) add(check_instance(document, policy));
  add(check_signer(document, policy));
  add(check_keys(document, policy));
  if (is_enclave) add(check_image_signature(reference));
  for (Check& check : check_unpinned_signer(reference, document, policy)) add(std::move(check));
  for (Check& check : check_rules(document, policy)) add(std::move(check));
  for (Check& check : witnesses) add(std::move(check));
  add(check_reference(references, choice));
  verdict.registers = std::move(choice.registers);
  conclude(verdict, reference, document);
  return verdict;
}

Agreement compare_with(const Reference& subject, std::span<const Reference> references) {
  if (references.empty()) throw Error(ErrorKind::usage, "there is no reference to compare with");
  const auto value = [](const Reference& side, std::uint32_t index) -> std::optional<Bytes> {
    const auto found = side.registers.find(index);
    return found == side.registers.end() ? std::nullopt : std::optional(found->second);
  };
  Choice choice = choose(references.size(), [&](std::size_t at) {
    const Reference& reference = references[at];
    std::set<std::uint32_t> indices;
    for (const auto& [index, unused] : reference.registers) indices.insert(index);
    for (const std::uint32_t index : registers_that_count(DocumentKind::enclave))
      indices.insert(index);
    // What is published without PCR8 leaves open who signs.
    if (reference.says_all() && subject.registers.contains(8)) indices.insert(8);
    std::vector<RegisterComparison> registers;
    registers.reserve(indices.size());
    for (const std::uint32_t index : indices)
      registers.push_back({index, value(reference, index), value(subject, index)});
    return registers;
  });
  Agreement agreement{std::move(choice.registers), choice.reference, {}};
  const std::string name = "'" + references[choice.reference].name + "'";
  std::vector<std::uint32_t> differing;
  for (const RegisterComparison& comparison : agreement.registers)
    if (!comparison.matches()) differing.push_back(comparison.index);
  if (choice.matches)
    agreement.reason = subject_words(subject) + " is the one that " + name + " publishes";
  else
    agreement.reason = subject_words(subject) + " is not the one that " + name + " publishes; " +
                       list(differing) + (differing.size() == 1 ? " differs" : " differ");
  return agreement;
}

bool Agreement::is_yes() const {
  return !registers.empty() && std::ranges::all_of(registers, &RegisterComparison::matches);
}

}  // namespace reproduce::verify
