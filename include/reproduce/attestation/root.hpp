#pragma once

/// The certificate that AWS signs every enclave's attestation with, in the end.

#include "reproduce/crypto/x509.hpp"

namespace reproduce::attestation {

/// AWS Nitro Enclaves Root G1, compiled in:
///
///     subject   C=US, O=Amazon, OU=AWS, CN=aws.nitro-enclaves
///     valid     2019-10-28T13:28:05Z to 2049-10-28T14:28:05Z
///     SHA-256   641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b
///
/// Source: https://aws-nitro-enclaves.amazonaws.com/AWS_NitroEnclaves_Root-G1.zip,
/// whose fingerprint AWS states in "Verifying the root of trust" of its user
/// guide. (8cf60e2b...faff7c, in circulation too, is the digest of that zip.)
[[nodiscard]] const Certificate& aws_root_g1();

}  // namespace reproduce::attestation
