#pragma once

/// The registers of a reference beside those of an attestation document.

#include <cstdint>
#include <optional>
#include <vector>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/verify/reference.hpp"

namespace reproduce::verify {

/// One register that counts. What is missing is nothing, never zero.
struct RegisterComparison {
  std::uint32_t index = 0;
  std::optional<Bytes> expected;
  std::optional<Bytes> attested;

  /// Both are there and equal: a missing register matches nothing.
  [[nodiscard]] bool matches() const { return expected && attested && *expected == *attested; }
};

/// All that the reference pins, and always those that count: with PCR0 alone, bytes could move
/// between the ramdisks unseen. PCR8 too when the reference says everything of an image and the
/// document says that the enclave's was signed (not zero).
[[nodiscard]] std::vector<RegisterComparison> compare_registers(
    const Reference& reference, const attestation::VerifiedDocument& document);

/// Whether it is of an enclave, and PCR0, PCR1 and PCR2 are all there and all zero, as in one that
/// was started in debug mode. (PCR4 is not zero then, so "all registers are zero"
/// would never be true.)
[[nodiscard]] bool is_debug_mode(const attestation::Document& document);

/// Whether PCR8 of an enclave's document says that its image was signed.
[[nodiscard]] bool was_signed(const attestation::Document& document);

}  // namespace reproduce::verify
