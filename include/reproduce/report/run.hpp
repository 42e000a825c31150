#pragma once

/// What `reproduce run` says beside the guest's console.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/boot/console.hpp"
#include "reproduce/boot/document.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::report {

struct BootedImage {
  std::string file;
  std::string qemu;
  measure::Registers expected;
  std::optional<boot::AppEnd> app{};
  std::optional<boot::ComparedDocument> document{};
  int exit_code = 0;
};

/// "PCR0, PCR1 and PCR2".
[[nodiscard]] std::string register_names(const std::vector<std::uint32_t>& indexes);

/// "PCR0  5c1e…", a line each.
[[nodiscard]] std::vector<std::string> register_lines(const measure::Registers& registers);

/// `reproduce/run/1` (docs/formats/json.md).
[[nodiscard]] std::string booted_json(const BootedImage& booted);

}  // namespace reproduce::report
