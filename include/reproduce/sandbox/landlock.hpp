#pragma once

/// Landlock's access rights, by the version of the kernel's interface.

#include <cstdint>

namespace reproduce::sandbox {

/// The newest interface whose rights we know; newer kernels are asked for these.
inline constexpr unsigned newest_landlock_abi = 7;

/// Bit masks for landlock_create_ruleset(2) and landlock_add_rule(2).
struct LandlockRights {
  std::uint64_t handled_files = 0;    ///< denied wherever no rule grants them
  std::uint64_t handled_network = 0;  ///< TCP bind and connect; never granted
  std::uint64_t scoped = 0;           ///< abstract sockets and signals to others; never granted
  std::uint64_t read_file = 0;        ///< granted on an input that is a file
  std::uint64_t read_folder = 0;      ///< granted below an input that is a folder
  std::uint64_t use_folder = 0;       ///< granted below a scratch folder
};

/// The rights of ABI `abi`, all zero for 0. Execution, devices and sockets in the
/// file system are handled and never granted.
/// Source: the kernel's Documentation/userspace-api/landlock.rst, section "Compatibility".
[[nodiscard]] LandlockRights landlock_rights(unsigned abi) noexcept;

}  // namespace reproduce::sandbox
