#pragma once

/// What a document is held to: the registers of an image, or what stands for one.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/attestation/document.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/verify/policy.hpp"

namespace reproduce::verify {

enum class ReferenceKind {
  image,      ///< measured just now
  lock,       ///< what an enclave.lock expects
  manifest,   ///< the image that was built from it just now
  registers,  ///< a file of published registers
  statement,  ///< one that a known rebuilder has signed
  rules       ///< registers of the command line or of a policy
};

/// "image", "lock" and so on: the names in JSON.
[[nodiscard]] std::string_view name_of(ReferenceKind kind);

struct Reference {
  std::string name;  ///< of the file, or how it was called
  ReferenceKind kind = ReferenceKind::image;
  std::map<std::uint32_t, Bytes> registers{};
  std::string source{};  ///< "policy.toml:12"; empty: an operand
  std::optional<measure::ImageMeasurements> image{};
  std::optional<Sha256Digest> sha256{};  ///< of the image's file, where it is known
  std::optional<Sha256Digest> recipe{};  ///< what it is made of (manifest/lock.hpp), likewise

  /// Whether it says everything of an image, so that a register that is not there is none:
  /// without PCR8 the image is not signed.
  [[nodiscard]] bool says_all() const {
    return kind == ReferenceKind::image || kind == ReferenceKind::lock ||
           kind == ReferenceKind::manifest;
  }
};

[[nodiscard]] Reference reference_of(std::string name, measure::ImageMeasurements image);

/// PCR0, PCR1 and PCR2 for enclaves; PCR4, PCR7 and PCR12 for NitroTPM.
[[nodiscard]] std::span<const std::uint32_t> registers_that_count(attestation::DocumentKind kind);

/// Throws unless the reference pins every register that counts, with 48 bytes, and none of them
/// zero, which is what debug mode shows and pins nothing. (PCR12 of a NitroTPM may be zero: nothing
/// was measured into it.) Error{usage} for rules, Error{malformed} for files.
void require_complete(const Reference& reference, attestation::DocumentKind kind);

/// Throws Error{usage} when there is no reference, when a register that the policy requires is
/// pinned by nobody, or when a rule has no meaning for documents of this kind.
void require_meaning(std::span<const Reference> references, const Policy& policy);

}  // namespace reproduce::verify
