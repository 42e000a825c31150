#pragma once

/// The checks of a verdict, one function each. For verdict.cpp only.
///
/// What verify() has proved already is stated as passed, with what it was proved
/// for: a verdict names the root, the times and the signer in every case.

#include "reproduce/verify/verdict.hpp"

namespace reproduce::verify {

/// "45 s", "12 min 5 s", "3 h 5 min", "12 d 3 h".
[[nodiscard]] std::string age_words(UnixSeconds seconds);

// checks.cpp: what holds of every document.

/// Passes for AWS's root; a warning for one that the user chose.
[[nodiscard]] Check check_root(const attestation::VerifiedDocument& document, const Policy& policy);
[[nodiscard]] Check check_chain(const attestation::VerifiedDocument& document);
[[nodiscard]] Check check_signature(const attestation::VerifiedDocument& document);

/// A warning when the document was judged at its own time.
[[nodiscard]] Check check_time(const attestation::VerifiedDocument& document, const Policy& policy);

/// Fails when PCR0, PCR1 and PCR2 are zero.
[[nodiscard]] Check check_debug_mode(const attestation::VerifiedDocument& document);

/// PCR4 is the extend of the instance's name, and module_id starts with that
/// name: observed in every genuine document, promised by none, so a warning, unless the policy
/// asks for it.
[[nodiscard]] Check check_instance(const attestation::VerifiedDocument& document,
                                   const Policy& policy);

/// The signer's name starts with module_id; the same holds.
[[nodiscard]] Check check_signer(const attestation::VerifiedDocument& document,
                                 const Policy& policy);

/// A warning for keys that nobody has documented.
[[nodiscard]] Check check_keys(const attestation::VerifiedDocument& document, const Policy& policy);

/// A warning when the image's own signature does not hold: its registers are
/// right all the same, but the hypervisor would not start it.
[[nodiscard]] Check check_image_signature(const Reference& reference);

// rules.cpp: what the policy asks for.

[[nodiscard]] Check check_nonce(const attestation::VerifiedDocument& document,
                                const Policy& policy);
[[nodiscard]] Check check_age(const attestation::VerifiedDocument& document, const Policy& policy);

/// The rules that were given and no other, in the order of docs/formats/policy.md.
[[nodiscard]] std::vector<Check> check_rules(const attestation::VerifiedDocument& document,
                                             const Policy& policy);

/// A warning when the enclave's image was signed and nothing says by whom it had to be.
[[nodiscard]] std::vector<Check> check_unpinned_signer(
    const Reference& reference, const attestation::VerifiedDocument& document,
    const Policy& policy);

}  // namespace reproduce::verify
