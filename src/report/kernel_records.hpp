#pragma once

/// A kernel and its command line, as JSON: docs/formats/json.md.

#include <string_view>

#include <nlohmann/json.hpp>

#include "reproduce/kernel/boot_image.hpp"

namespace reproduce::report {

[[nodiscard]] nlohmann::ordered_json kernel_record(const kernel::BootImage& kernel);

/// A list of every parameter, with the reason where one deserves a look.
[[nodiscard]] nlohmann::ordered_json parameters_record(std::string_view cmdline);

}  // namespace reproduce::report
