#pragma once

/// Whether enough rebuilders have made the same image, independently of each other.
///
/// A disagreement is never outvoted: when somebody known has made another image of the same
/// inputs, either the build does not reproduce or somebody's machine is not what it should be, and
/// the answer is no until people have found out which.

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/rebuilders/statement.hpp"

namespace reproduce::rebuilders {

/// What the statements must be of.
struct Subject {
  std::map<std::uint32_t, Bytes> registers;
  std::optional<Sha256Digest> sha256{};  ///< of the image's file
  /// What it is made of: statements of other inputs do not count then, even of the same image, so
  /// that none for an old lock passes for one of the new.
  std::optional<Sha256Digest> recipe{};
};

enum class Standing {
  agrees,
  disagrees,     ///< another image of the same inputs
  other_inputs,  ///< of another lock, or of nobody knows what
  unknown_key    ///< nobody known has signed it, or what was signed has been changed
};

/// "agrees", "disagrees", "other_inputs", "unknown_key": the names in JSON.
[[nodiscard]] std::string_view name_of(Standing standing);

/// Where one statement stands.
struct Position {
  std::string file;
  std::vector<std::string> signers;
  std::string builder;
  Standing standing = Standing::unknown_key;
  std::string difference{};  ///< "PCR0 and PCR2 differ"; empty where it agrees or is not compared
};

struct Outcome {
  std::vector<Position> positions;       ///< in the order of the statements
  std::vector<std::string> agreeing;     ///< who counts, sorted
  std::vector<std::string> disagreeing;  ///< sorted
  std::vector<std::string> not_counted;  ///< agree, but call themselves what another is called
  std::size_t known = 0;                 ///< how many rebuilders there are
  std::size_t threshold = 0;

  [[nodiscard]] bool is_yes() const {
    return disagreeing.empty() && threshold != 0 && agreeing.size() >= threshold;
  }
};

/// Throws Error{usage} when the threshold is 0 or more than there are rebuilders, and as
/// require_independent() does.
///
/// A rebuilder counts once, whatever he has signed, and not at all when he contradicts himself. Of
/// several that state the same builder (runDetails.builder.id) one counts: they have copied one
/// statement, or are one.
[[nodiscard]] Outcome judge(const Subject& subject, std::span<const SignedStatement> statements,
                            std::span<const Rebuilder> rebuilders, std::size_t threshold);

}  // namespace reproduce::rebuilders
