#include "reproduce/verify/reference.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::verify {
namespace {

using attestation::DocumentKind;

constexpr std::array<std::uint32_t, 3> enclave_registers{0, 1, 2};
// Which binaries were started, under which Secure Boot policy, with which command line: AWS,
// "NitroTPM Attestation Document contents", and what nitro-tpm-pcr-compute prints.
constexpr std::array<std::uint32_t, 3> nitrotpm_registers{4, 7, 12};
constexpr std::uint32_t nitrotpm_cmdline = 12;
constexpr std::size_t register_size = 48;

std::string list(const auto& indices) {
  std::string text;
  for (const std::uint32_t index : indices)
    text += (text.empty() ? "" : ", ") + name_of_register(index);
  return text.empty() ? "none" : text;
}

[[noreturn]] void fail(const Reference& reference, const std::string& what,
                       ErrorContext context = {}) {
  const bool is_rule = reference.kind == ReferenceKind::rules;
  if (is_rule)
    context.where = reference.source.empty() ? reference.name : reference.source;
  else
    context.file = reference.name;
  throw Error(is_rule ? ErrorKind::usage : ErrorKind::malformed, what, std::move(context));
}

bool is_zero(const Bytes& value) {
  return std::ranges::all_of(value, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

std::string_view name_of(ReferenceKind kind) {
  switch (kind) {
    case ReferenceKind::image:
      return "image";
    case ReferenceKind::lock:
      return "lock";
    case ReferenceKind::manifest:
      return "manifest";
    case ReferenceKind::registers:
      return "registers";
    case ReferenceKind::statement:
      return "statement";
    case ReferenceKind::rules:
      return "rules";
  }
  throw Error(ErrorKind::bug, "unknown kind of reference");
}

Reference reference_of(std::string name, measure::ImageMeasurements image) {
  Reference reference{.name = std::move(name), .kind = ReferenceKind::image};
  for (const auto& [index, value] : image.registers)
    reference.registers.emplace(index, Bytes(value.begin(), value.end()));
  reference.sha256 = image.file_sha256;
  reference.image = std::move(image);
  return reference;
}

std::span<const std::uint32_t> registers_that_count(DocumentKind kind) {
  if (kind == DocumentKind::enclave) return enclave_registers;
  return nitrotpm_registers;
}

void require_complete(const Reference& reference, DocumentKind kind) {
  for (const std::uint32_t index : registers_that_count(kind)) {
    const auto found = reference.registers.find(index);
    if (found == reference.registers.end()) {
      std::vector<std::uint32_t> pinned;
      for (const auto& [number, value] : reference.registers) pinned.push_back(number);
      fail(reference, "the reference does not pin " + name_of_register(index),
           {.expected = list(registers_that_count(kind)) + ", all of them",
            .got = list(pinned),
            .hint = "what is not pinned would be accepted whatever it is"});
    }
    const bool may_be_zero = kind == DocumentKind::nitrotpm && index == nitrotpm_cmdline;
    if (is_zero(found->second) && !may_be_zero)
      fail(reference, name_of_register(index) + " of the reference is zero, which pins nothing",
           {.hint = "registers of zero are what every enclave in debug mode shows"});
  }
  for (const auto& [index, value] : reference.registers)
    if (value.size() != register_size)
      fail(reference, name_of_register(index) + " of the reference is no SHA-384",
           {.expected = "48 bytes, 96 hexadecimal digits", .got = counted(value.size(), "byte")});
}

void require_meaning(std::span<const Reference> references, const Policy& policy) {
  if (references.empty())
    throw Error(ErrorKind::usage, "there is nothing to hold the document to",
                {.expected = "a SUBJECT, --pcr, --accept, or references in the policy",
                 .hint = "an authentic document alone says only that some enclave runs somewhere"});
  for (const Rule<std::uint32_t>& required : policy.required) {
    const bool has_rule =
        std::ranges::any_of(policy.registers,
                            [&](const auto& rule) { return rule.value.index == required.value; }) ||
        (policy.instance && required.value == 4);
    for (const Reference& reference : references)
      if (!has_rule && !reference.registers.contains(required.value))
        throw Error(
            ErrorKind::usage,
            name_of_register(required.value) + " is required, and nothing says what it must be",
            {.where = required.source,
             .expected = "a value in " + quote(reference.name) + ", or a rule"});
  }
  if (policy.kind == DocumentKind::enclave) return;
  const auto refuse = [](const std::string& source) {
    throw Error(ErrorKind::usage, "this rule has no meaning for a NitroTPM document",
                {.where = source, .hint = "its registers 3, 4 and 8 are not an enclave's"});
  };
  for (const auto& rule : policy.registers)
    if (!rule.value.of.empty()) refuse(rule.source);
  if (policy.instance) refuse(policy.instance->source);
  if (policy.consistent) refuse(policy.consistent->source);
}

}  // namespace reproduce::verify
