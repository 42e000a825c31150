#pragma once

/// Platform configuration registers as data: which index has which value.

#include <cstdint>
#include <map>

#include "reproduce/crypto/digest.hpp"

namespace reproduce::measure {

/// SHA-384 registers by index. An image has 0, 1 and 2, and 8 when it is signed.
/// A register that is not there is missing, never zero.
using Registers = std::map<std::uint32_t, Sha384Digest>;

}  // namespace reproduce::measure
