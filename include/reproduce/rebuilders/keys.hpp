#pragma once

/// Who rebuilds images: names, and the keys by which their statements are known.

#include <span>
#include <string>
#include <vector>

#include "reproduce/crypto/public_key.hpp"

namespace reproduce::rebuilders {

struct Rebuilder {
  std::string name;
  std::vector<PublicKey> keys;  ///< several while a key is being replaced; they count once
};

/// Our own limit. People name them one by one.
inline constexpr std::size_t most_rebuilders = 1000;

/// Throws Error{usage} when there are none or too many, when one has no name or no key, or when two
/// of them share a name or a key: one rebuilder under two names would count twice.
void require_independent(std::span<const Rebuilder> rebuilders);

}  // namespace reproduce::rebuilders
