#pragma once

/// A plan -> the image and its registers, in one pass.

#include <optional>

#include "reproduce/base/stream.hpp"
#include "reproduce/build/assembler.hpp"
#include "reproduce/build/plan.hpp"
#include "reproduce/build/warning.hpp"

namespace reproduce::build {

/// Runs `plan` and writes the image to `out`, which must be empty. Adds what there is to
/// know about the sections to `plan.warnings`: ramdisks that no kernel can read behind the
/// one before them, and empty sections. `predicted`: see Assembler.
///
/// What went to `out` before an error is worthless.
[[nodiscard]] AssembledImage write_image(Plan& plan, PatchableSink& out,
                                         const std::optional<eif::Header>& predicted,
                                         const ProgressCallback& progress);

}  // namespace reproduce::build
