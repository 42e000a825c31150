#pragma once

/// What a user asks of a document beyond being authentic.

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/attestation/document.hpp"
#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/bytes.hpp"
#include "reproduce/base/rfc3339.hpp"

namespace reproduce::verify {

/// Something that is asked for, and where: "policy.toml:7", "--nonce".
template <typename Value>
struct Rule {
  Value value{};
  std::string source{};
};

/// What a field must hold: the bytes themselves, or those with this digest.
struct ExpectedContent {
  enum class Form { exact, sha256, sha384 };
  Form form = Form::exact;
  Bytes value{};

  [[nodiscard]] bool is_met_by(ByteView content) const;
};

/// "sha256:HEX", "sha384:HEX" or "HEX", one byte at the least: an unset variable must not pass for
/// no question. Nothing when it is none of them.
[[nodiscard]] std::optional<ExpectedContent> parse_content(std::string_view text);

/// A value that a register must have, and what makes it that: "the role arn:aws:...".
struct ExpectedRegister {
  std::uint32_t index = 0;
  Bytes value{};
  std::string of{};  ///< empty: the value was given
};

/// Serial numbers of certificates, big-endian, without zeros in front.
using Serials = std::set<Bytes>;

/// A line each, hexadecimal, in pairs with `:` between them or without, `0x` in front or not; what
/// follows `#` and empty lines are passed over. Throws Error{malformed} with the line, and when
/// there is none at all: a list that was emptied by mistake would deny nobody.
[[nodiscard]] Serials parse_serials(std::string_view text);

struct Policy {
  attestation::DocumentKind kind = attestation::DocumentKind::enclave;
  /// The nonce that the document must have; nothing: any, or none.
  std::optional<Rule<Bytes>> nonce{};
  std::optional<Rule<ExpectedContent>> user_data{};
  std::optional<Rule<ExpectedContent>> public_key{};
  /// Seconds from the document's time to the time of evaluation; nothing: as
  /// long as its certificates are valid. A document that is judged at its own
  /// time has no age, so it never passes a limit.
  std::optional<Rule<UnixSeconds>> max_age{};
  /// Seconds by which the document's clock may be ahead: verify() has looked at that already.
  std::optional<Rule<UnixSeconds>> clock_skew{};
  /// Registers that must be pinned by every reference or by a rule, besides those that always are.
  std::vector<Rule<std::uint32_t>> required{};
  std::vector<Rule<ExpectedRegister>> registers{};
  /// The enclave runs on this instance: PCR4 and module_id say so.
  std::optional<Rule<std::string>> instance{};
  /// PCR4, the signer's name and module_id must fit together; else that is a warning.
  std::optional<Rule<bool>> consistent{};
  /// Certificates with these numbers are revoked.
  std::optional<Rule<Serials>> denied_serials{};
  /// Where what attestation::verify() has settled was asked for; empty: it is the default.
  std::string time_source{}, roots_source{}, strict_source{};
};

/// Throws Error{untrusted} when a certificate of the document's chain has a denied number: what a
/// revoked key signed says nothing about any image.
void refuse_denied(const attestation::VerifiedDocument& document, const Policy& policy);

}  // namespace reproduce::verify
