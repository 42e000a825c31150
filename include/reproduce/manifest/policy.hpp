#pragma once

/// What a person asks of attestation documents in a policy file, each rule with its line.
///
/// The format is documented in docs/formats/policy.md. Here is its form only: which keys there are,
/// of which type, where. What the values mean is for whoever applies the policy.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/error.hpp"
#include "reproduce/manifest/input.hpp"

namespace reproduce::manifest {

/// One rule: a key and its value as text. A list is several statements, a truth is "true" or
/// "false", a number its digits. Keys are told apart without their table: no two tables have one.
struct PolicyStatement {
  std::string key;  ///< "nonce", "PCR16"
  std::string value;
  Position at{};  ///< of the value
};

/// One of several references of which any will do: a file, or registers on the spot.
struct PolicyReference {
  std::string name;  ///< as written; else the file's name, else the line
  std::string file;  ///< as written; empty when the registers stand here
  std::vector<PolicyStatement> registers{};
  Position at{};
};

struct PolicyFile {
  std::filesystem::path file;               ///< as the user named it
  std::string text;                         ///< the file's bytes
  std::vector<PolicyStatement> statements;  ///< in the order of docs/formats/policy.md
  std::vector<PolicyReference> references;

  /// "FILE:LINE", as a report names the origin of a rule.
  [[nodiscard]] std::string place_of(Position position) const;
  /// The line that `position` names, for an error with a caret.
  [[nodiscard]] SourceLine line_at(Position position) const;
  /// A path in the policy starts at the policy's folder.
  [[nodiscard]] std::filesystem::path locate(const std::string& path) const;
};

/// A policy is a page of rules.
inline constexpr std::uint64_t max_policy_size = std::uint64_t{1} << 18;

/// Parses the text of the policy called `file`. Every key must be known and of its type; anything
/// else is Error{usage} with the file, the line, a caret and, for a mistyped name, the nearest
/// known one.
[[nodiscard]] PolicyFile parse_policy(std::string text, const std::filesystem::path& file);

/// Reads and parses `file`.
[[nodiscard]] PolicyFile load_policy(const std::filesystem::path& file);

}  // namespace reproduce::manifest
