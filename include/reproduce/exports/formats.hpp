#pragma once

/// Reference values in the documents that others read. The same reference always gives the same
/// bytes.
///
/// docs/formats/export.md shows each, and names who reads it.

#include <string>
#include <string_view>

#include "reproduce/base/bytes.hpp"
#include "reproduce/exports/reference.hpp"

namespace reproduce::exports {

/// The JSON of `nitro-cli build-enclave`: {"Measurements": {"HashAlgorithm": ..., "PCR0": ...}}.
[[nodiscard]] std::string nitro_cli_json(const Reference& reference);

/// A line `HEX PCRn` each, as QuorumOS publishes them.
[[nodiscard]] std::string register_lines(const Reference& reference);

/// A line `PCRn=HEX` each, for shells.
[[nodiscard]] std::string environment_lines(const Reference& reference);

/// The image id of Oyster: SHA-256 of a big-endian bitmap of registers and of their values. PCR16
/// counts as zeros where the enclave does not extend it.
[[nodiscard]] std::string image_id(const Reference& reference);

/// A condition block for a policy of AWS KMS or IAM: decryption only for this image.
///
/// Source: AWS KMS Developer Guide, "Condition keys for AWS Nitro Enclaves".
[[nodiscard]] std::string kms_condition(const Reference& reference);

/// A table for the summary of a step.
[[nodiscard]] std::string markdown_table(const Reference& reference);

/// An in-toto Statement v1 whose subjects are the image and its registers, with SLSA provenance v1.
/// Error{usage} without a digest of the image: nothing would be the subject.
///
/// Source: in-toto attestation framework, spec/v1; SLSA provenance v1.
[[nodiscard]] std::string in_toto_statement(const Reference& reference, const Builder& builder);

/// A run of `reproduce verify`, as its JSON has it (reproduce/verify/1), as an in-toto Statement v1
/// with SLSA's verification summary v1. Error{usage} for anything else.
///
/// Source: SLSA v1.0, verification_summary/v1.
[[nodiscard]] std::string verification_summary(std::string_view verdict_json,
                                               const Verifier& verifier);

/// A CoRIM with one CoMID, whose reference triple has the registers as integrity-registers.
///
/// Source: draft-ietf-rats-corim-07, sections 4 and 5.
[[nodiscard]] Bytes corim(const Reference& reference);

}  // namespace reproduce::exports
