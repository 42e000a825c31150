#pragma once

/// `reproduce build --check`: two builds under different circumstances, compared.

#include <filesystem>
#include <string>
#include <vector>

#include "exit_code.hpp"
#include "gate_files.hpp"
#include "terminal.hpp"

namespace reproduce::cli {

/// Runs this program twice with `arguments` (those of `build`, paths absolute, without an
/// output), each time under other circumstances, and says whether both images are the same
/// and what could not be varied. What is built lies in `scratch_folder` meanwhile.
///
/// ExitCode::no when they differ; Error when a build fails, with its words.
[[nodiscard]] ExitCode check_reproducible(const std::vector<std::string>& arguments,
                                          const std::filesystem::path& scratch_folder,
                                          const Terminal& terminal, GateFindings& findings);

}  // namespace reproduce::cli
