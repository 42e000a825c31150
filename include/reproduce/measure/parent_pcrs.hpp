#pragma once

/// Registers that say where an enclave runs, made from a text.
///
///     PCR3 = SHA-384( 48 zero bytes || ARN of the parent's IAM role )
///     PCR4 = SHA-384( 48 zero bytes || the parent's instance id, "i-0123456789abcdef0" )
///
/// Source: AWS, Nitro Enclaves user guide, "Where to get an enclave's measurements"; QEMU 10.0,
/// hw/i386/nitro_enclave.c.

#include <string_view>

#include "reproduce/crypto/digest.hpp"

namespace reproduce::measure {

/// The register that `text` makes.
[[nodiscard]] Sha384Digest parent_register(std::string_view text);

}  // namespace reproduce::measure
