#pragma once

/// What a rebuilder states: an in-toto Statement with SLSA provenance, in a signed envelope.
///
/// Source: in-toto attestation framework, spec/v1/statement.md; SLSA provenance v1.
/// docs/formats/statement.md says which of its fields count here.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/rebuilders/keys.hpp"

namespace reproduce::rebuilders {

struct StatedImage {
  std::string name;
  Sha256Digest sha256{};
};

struct Statement {
  std::vector<StatedImage> images;           ///< subjects with a SHA-256
  std::map<std::uint32_t, Bytes> registers;  ///< subjects with the name of a register
  std::string builder;                       ///< a URI that the builder gives himself
  std::optional<Sha256Digest> recipe{};      ///< of what it was made (manifest/lock.hpp)
};

/// Whether a text is JSON that has a key `_type`: a statement, or what claims to be one.
[[nodiscard]] bool is_statement(std::string_view text);

/// Throws Error{malformed}: no Statement, no provenance of a build, a register twice, some of PCR0,
/// PCR1 and PCR2 and not all, nothing stated at all.
[[nodiscard]] Statement parse_statement(ByteView payload);

/// A statement that was in an envelope, and which rebuilders have signed that.
struct SignedStatement {
  std::string file;
  Statement statement;
  std::vector<std::string> signers;  ///< names; empty: no key of theirs fits any signature
};

/// Reads an envelope and tries each signature with each key: what an envelope says of keys is a
/// hint, and not signed. Errors as dsse::parse_envelope() and parse_statement(); Error{malformed}
/// also for a payload of another type. What nobody known has signed is no error.
[[nodiscard]] SignedStatement read_signed_statement(const std::string& file, std::string_view text,
                                                    std::span<const Rebuilder> rebuilders);

}  // namespace reproduce::rebuilders
