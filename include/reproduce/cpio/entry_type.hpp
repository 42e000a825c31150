#pragma once

/// The file type in the mode of a cpio entry <-> the type of a tree's entry.

#include <cstdint>
#include <optional>

#include "reproduce/tree/tree.hpp"

namespace reproduce::cpio {

[[nodiscard]] std::uint32_t type_bits(tree::EntryType type) noexcept;

/// The type that Linux takes `mode` for: of 32 bits it keeps the lower 16 (umode_t in
/// init/initramfs.c), and looks at type_mask of them. Nothing for bits that are no type.
[[nodiscard]] std::optional<tree::EntryType> entry_type(std::uint32_t mode) noexcept;

/// The bits of `mode` that Linux drops. What is written has none of them.
inline constexpr std::uint32_t dropped_mode_bits = ~std::uint32_t{0177777};

}  // namespace reproduce::cpio
