#pragma once

/// Whether the kernel of a planned image will find a program to start.

#include <optional>
#include <string>

#include "reproduce/build/plan.hpp"

namespace reproduce::build {

/// A warning when no ramdisk has an executable `/init` and the command line names no other
/// program with `rdinit=`: the kernel then looks for a disk, finds none, and panics. Of two
/// ramdisks with an `/init` the later one counts, since it is unpacked over the other. A
/// symlink is taken for what it leads to.
///
/// Nothing when there is a raw ramdisk: what is in those is not looked at.
///
/// Source: Linux, kernel_init_freeable() in init/main.c and prepare_namespace() in
/// init/do_mounts.c.
[[nodiscard]] std::optional<std::string> missing_init(const Plan& plan);

}  // namespace reproduce::build
