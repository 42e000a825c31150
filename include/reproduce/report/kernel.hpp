#pragma once

/// A kernel and its command line, in words.

#include <string>
#include <string_view>

#include "reproduce/kernel/boot_image.hpp"

namespace reproduce::report {

/// What the kernel's file is, its version, header, payload; what in it makes no sense.
[[nodiscard]] std::string kernel_text(const kernel::BootImage& kernel);

/// The parameters that deserve a look, a line each with the reason; empty without any.
[[nodiscard]] std::string risks_text(std::string_view cmdline);

}  // namespace reproduce::report
