#pragma once

/// The registers of an image beside those of an attestation document.

#include <cstdint>
#include <optional>
#include <vector>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::verify {

/// One register that counts. What is missing is nothing, never zero.
struct RegisterComparison {
  std::uint32_t index = 0;
  std::optional<Bytes> image;
  std::optional<Bytes> attested;

  /// Both are there and equal: a missing register matches nothing.
  [[nodiscard]] bool matches() const { return image && attested && *image == *attested; }
};

/// PCR0, PCR1 and PCR2 always, and all three: with PCR0 alone, bytes could move
/// between the ramdisks unseen. PCR8 too when the image is signed or the document
/// says that the enclave's was (not zero).
[[nodiscard]] std::vector<RegisterComparison> compare_registers(
    const measure::Registers& image, const attestation::VerifiedDocument& document);

/// Whether PCR0, PCR1 and PCR2 are all there and all zero, as in an enclave that
/// was started in debug mode. (PCR4 is not zero then, so "all registers are zero"
/// would never be true.)
[[nodiscard]] bool is_debug_mode(const attestation::Document& document);

}  // namespace reproduce::verify
