#pragma once

/// Where an ELF program or library makes the loader look for libraries.

#include <string>
#include <vector>

#include "piece_reader.hpp"

namespace reproduce::lint {

/// The folders in DT_RPATH and DT_RUNPATH, in order, as written (they may start with $ORIGIN).
/// Nothing for what is no 64-bit little-endian ELF file, has no dynamic section, or breaks its
/// format: at most 64 program headers, 64 KiB of dynamic section, and 4096 bytes of a path.
///
/// Source: System V ABI, chapters 4 and 5; the generic ABI's "Dynamic Section".
[[nodiscard]] std::vector<std::string> library_folders(PieceReader& file);

}  // namespace reproduce::lint
