#pragma once

/// Signed statements of any kind: DSSE, the envelope of in-toto, sigstore and SLSA.
///
/// Source: github.com/secure-systems-lab/dsse, protocol.md and envelope.md, version 1.0.2.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/bytes.hpp"

namespace reproduce::dsse {

struct Signature {
  std::string key_id{};  ///< a hint by which to find the key; proves nothing; may be empty
  Bytes value{};         ///< of pre_authentication(), in the form that the key's kind has
};

struct Envelope {
  std::string payload_type;  ///< a media type, which is signed as well
  Bytes payload;
  std::vector<Signature> signatures;
};

/// in-toto's statements (in-toto attestation framework, spec/v1/envelope.md).
inline constexpr std::string_view in_toto_type = "application/vnd.in-toto+json";

/// Our own limits: a statement names each input of an image, and takes 10 MiB for 46,000 files.
inline constexpr std::uint64_t largest_envelope = std::uint64_t{16} << 20;
inline constexpr std::size_t most_signatures = 64;

/// What is signed: "DSSEv1 LENGTH TYPE LENGTH PAYLOAD", lengths in decimal.
[[nodiscard]] Bytes pre_authentication(std::string_view payload_type, ByteView payload);

/// Whether a text is JSON that has a key `payloadType`: an envelope, or what claims to be one.
[[nodiscard]] bool is_envelope(std::string_view text);

/// Throws Error{malformed}: no JSON, a key twice, no payload, no signature, too many, no base64.
/// Other keys are passed over, as the format demands. Nothing is verified.
[[nodiscard]] Envelope parse_envelope(std::string_view text);

/// One line of JSON, with a newline at its end.
[[nodiscard]] std::string write_envelope(const Envelope& envelope);

}  // namespace reproduce::dsse
