#pragma once

/// Results of a build as bytes, on their way out of the process that made them.

#include "reproduce/base/bytes.hpp"
#include "reproduce/build/build.hpp"

namespace reproduce::build {

/// header (548) size (8) has digest (1) [digest (32)] registers (1) {number (4) value (48)}
/// warnings (4) {size (4) text}
[[nodiscard]] Bytes encode_image(const BuiltImage& built);

/// Error{malformed} for anything that encode_image() does not make.
[[nodiscard]] BuiltImage decode_image(ByteView bytes);

/// warnings, and the lock's text.
[[nodiscard]] Bytes encode_lock(const MadeLock& made);
[[nodiscard]] MadeLock decode_lock(ByteView bytes, const std::filesystem::path& file);

}  // namespace reproduce::build
