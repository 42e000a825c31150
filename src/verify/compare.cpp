#include "reproduce/verify/compare.hpp"

#include <algorithm>
#include <set>

namespace reproduce::verify {
namespace {

using attestation::DocumentKind;

constexpr std::uint32_t signer_register = 8;

std::optional<Bytes> find_register(const std::map<std::uint32_t, Bytes>& registers,
                                   std::uint32_t index) {
  const auto found = registers.find(index);
  if (found == registers.end()) return std::nullopt;
  return found->second;
}

bool is_zero(const Bytes& value) {
  return std::ranges::all_of(value, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

std::vector<RegisterComparison> compare_registers(const Reference& reference,
                                                  const attestation::VerifiedDocument& verified) {
  const attestation::Document& document = verified.document();
  const std::span<const std::uint32_t> always = registers_that_count(document.kind);
  std::set<std::uint32_t> indices(always.begin(), always.end());
  for (const auto& [index, value] : reference.registers) indices.insert(index);
  if (reference.says_all() && was_signed(document)) indices.insert(signer_register);
  std::vector<RegisterComparison> comparisons;
  comparisons.reserve(indices.size());
  for (const std::uint32_t index : indices)
    comparisons.push_back(
        {index, find_register(reference.registers, index), find_register(document.pcrs, index)});
  return comparisons;
}

bool is_debug_mode(const attestation::Document& document) {
  if (document.kind != DocumentKind::enclave) return false;
  return std::ranges::all_of(registers_that_count(document.kind), [&](std::uint32_t index) {
    const std::optional<Bytes> value = find_register(document.pcrs, index);
    return value && is_zero(*value);
  });
}

bool was_signed(const attestation::Document& document) {
  if (document.kind != DocumentKind::enclave) return false;
  const std::optional<Bytes> signer = find_register(document.pcrs, signer_register);
  return signer && !is_zero(*signer);
}

}  // namespace reproduce::verify
