#pragma once

/// The single restrictions, each applied to the calling process for good. None
/// throws because the kernel cannot do it: that is an answer, which goes into
/// the report.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace reproduce::sandbox {

/// Nothing when the restriction holds, otherwise why it does not.
using Trouble = std::optional<std::string>;

struct LandlockOutcome {
  unsigned abi = 0;  ///< whose rights are in force; 0 when none are
  Trouble trouble{};
};

/// Leaves `inputs` to be read, `scratch` folders to be used, and no other file.
/// Error{environment} when one of them cannot be opened.
[[nodiscard]] LandlockOutcome apply_landlock(const std::vector<std::filesystem::path>& inputs,
                                             const std::vector<std::filesystem::path>& scratch);

/// Leaves only the system calls that reading, writing, calculating and threads need.
/// `landlock_abi` is what is in force already: where it does not watch truncate(2), the filter
/// forbids it.
[[nodiscard]] Trouble apply_filter(unsigned landlock_abi);

/// What is executed from now on gains no rights by it (set-user-ID and the like).
[[nodiscard]] Trouble apply_no_new_privileges() noexcept;

/// A network name space of its own, without even a loopback that is up.
[[nodiscard]] Trouble apply_network_name_space();

/// Gives up all capabilities but those that let root read and write files of others.
[[nodiscard]] Trouble drop_capabilities();

/// Leaves programs that are executed from now on without capabilities, root's as well. What this
/// process holds itself stays until then.
[[nodiscard]] Trouble forbid_capabilities_of_programs();

/// No memory image of this process is written when it crashes.
[[nodiscard]] Trouble forbid_core_files();

/// Closes every descriptor above 2 that is not in `kept`.
[[nodiscard]] Trouble close_descriptors(std::vector<int> kept);

}  // namespace reproduce::sandbox
