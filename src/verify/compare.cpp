#include "reproduce/verify/compare.hpp"

#include <algorithm>
#include <array>

namespace reproduce::verify {
namespace {

constexpr std::array<std::uint32_t, 3> boot_registers = {0, 1, 2};
constexpr std::uint32_t signer_register = 8;

std::optional<Bytes> image_register(const measure::Registers& registers, std::uint32_t index) {
  const auto found = registers.find(index);
  if (found == registers.end()) return std::nullopt;
  return Bytes(found->second.begin(), found->second.end());
}

std::optional<Bytes> attested_register(const attestation::Document& document, std::uint32_t index) {
  const auto found = document.pcrs.find(index);
  if (found == document.pcrs.end()) return std::nullopt;
  return found->second;
}

bool is_zero(const Bytes& value) {
  return std::ranges::all_of(value, [](std::uint8_t byte) { return byte == 0; });
}

}  // namespace

std::vector<RegisterComparison> compare_registers(const measure::Registers& image,
                                                  const attestation::VerifiedDocument& document) {
  std::vector<RegisterComparison> comparisons;
  const auto compare = [&](std::uint32_t index) {
    comparisons.push_back(
        {index, image_register(image, index), attested_register(document.document(), index)});
  };
  for (const std::uint32_t index : boot_registers) compare(index);
  const std::optional<Bytes> signer = attested_register(document.document(), signer_register);
  if (image.contains(signer_register) || (signer && !is_zero(*signer))) compare(signer_register);
  return comparisons;
}

bool is_debug_mode(const attestation::Document& document) {
  return std::ranges::all_of(boot_registers, [&](std::uint32_t index) {
    const std::optional<Bytes> value = attested_register(document, index);
    return value && is_zero(*value);
  });
}

}  // namespace reproduce::verify
