#pragma once

/// The process between the caller and a declared command: builds the walls, watches the clock,
/// and leaves nothing alive.

#include <filesystem>

#include "process.hpp"

#include "reproduce/sandbox/command.hpp"

namespace reproduce::sandbox {

/// Runs `spec` to its end and says so through `pipe`: a report and an end, or a failure. `caller`
/// is the process whose death ends it all.
[[noreturn]] void run_keeper(const CommandSpec& spec, const std::filesystem::path& private_folder,
                             UniqueFd pipe, pid_t caller) noexcept;

/// The command's words as people would type them, for messages.
[[nodiscard]] std::string shown(const std::vector<std::string>& argv);

}  // namespace reproduce::sandbox
