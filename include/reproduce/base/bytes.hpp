#pragma once

/// Bytes, owned and viewed.

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace reproduce {

using ByteView = std::span<const std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

/// The bytes of `text`, viewed; they live as long as `text`'s do.
[[nodiscard]] inline ByteView as_bytes(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// `bytes` as text of no particular encoding; they live as long as `bytes` do.
[[nodiscard]] inline std::string_view as_text(ByteView bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace reproduce
