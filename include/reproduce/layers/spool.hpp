#pragma once

/// A stream as content that can be opened whenever it is needed.

#include <filesystem>

#include "reproduce/base/stream.hpp"
#include "reproduce/tree/content.hpp"

namespace reproduce::layers {

/// Reads `source` to its end into a scratch file in `scratch_folder`, which goes away with
/// the content.
[[nodiscard]] tree::ContentPtr spool(Source& source, const std::filesystem::path& scratch_folder);

}  // namespace reproduce::layers
