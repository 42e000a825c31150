#pragma once

/// The library that is preloaded into programs, as bytes in this one.

#include "reproduce/base/bytes.hpp"

namespace reproduce::perturb {

[[nodiscard]] ByteView shim_bytes() noexcept;

}  // namespace reproduce::perturb
