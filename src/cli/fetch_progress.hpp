#pragma once

/// The progress line of fetching.

#include "progress.hpp"
#include "terminal.hpp"

#include "reproduce/fetch/progress.hpp"

namespace reproduce::cli {

/// Shows what is being fetched; off a terminal one line a thing. `terminal` must outlive it.
[[nodiscard]] fetch::OnProgress fetch_progress(const Terminal& terminal);

}  // namespace reproduce::cli
