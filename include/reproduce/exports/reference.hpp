#pragma once

/// What is published about an image: its registers, and how it came to be.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::exports {

struct Reference {
  std::string name;                      ///< of the image, for people
  measure::Registers registers;          ///< PCR0, PCR1 and PCR2 at the least
  std::optional<Sha256Digest> sha256{};  ///< of the image's file
  std::optional<Sha384Digest> sha384{};  ///< likewise
  std::optional<manifest::Lock> lock{};  ///< what it was made of
};

/// Who says that it was made so.
struct Builder {
  std::string id;       ///< a URI
  std::string version;  ///< of reproduce
  /// What held the build, such as "seccomp"; nothing when nobody built it just now.
  std::optional<std::vector<std::string>> sandbox{};
};

/// Who has verified.
struct Verifier {
  std::string id;          ///< a URI
  std::string version;     ///< of reproduce
  std::string resource{};  ///< a URI of what was verified; empty: made of the reference's name
};

}  // namespace reproduce::exports
