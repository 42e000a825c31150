#pragma once

/// Runs a program that a manifest declares, cut off from the network and from this machine's ways.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reproduce/sandbox/report.hpp"

namespace reproduce::sandbox {

/// What to run, and under which circumstances.
struct CommandSpec {
  Mode mode = Mode::automatic;
  std::vector<std::string> argv{};    ///< argv[0] without a `/` is searched on the fixed PATH
  std::filesystem::path folder{};     ///< the working directory
  std::filesystem::path temporary{};  ///< where a private folder is made, gone afterwards
  std::vector<std::pair<std::string, std::string>> environment{};  ///< wins over the fixed ones
  std::uint64_t source_date_epoch = 0;                             ///< seconds
  bool network = false;  ///< whether it may use this machine's network
  std::optional<std::chrono::seconds> time_limit{};
  int output = 2;  ///< the descriptor that gets its standard output and error
};

/// The whole environment of the command, as NAME=VALUE, sorted: PATH, HOME and TMPDIR
/// (`private_folder`), TZ=UTC, LC_ALL=C.UTF-8, SOURCE_DATE_EPOCH, and what is declared.
/// Error{usage} when a declared name is empty or has a `=`, or anything has a NUL.
[[nodiscard]] std::vector<std::string> command_environment(
    const CommandSpec& spec, const std::filesystem::path& private_folder);

/// Runs the command to its end and says what was in force.
///
///     this process ── keeper ── init (pid 1 of its name space) ── the command ── ...
///
/// User, mount, pid, ipc, uts and (unless `network`) network name spaces where
/// permitted; inside, it is user 1000 of group 1000 on the host "reproduce". Where no network name
/// space is to be had, a seccomp filter leaves sockets of AF_UNIX alone. Standard input is
/// /dev/null, the umask 022. Nothing that it started outlives it, nor this
/// process; without a pid name space, as far as it can be found.
///
/// Mode::require demands a pid name space and, unless `network`, that there is none.
/// Mode::off gives the same circumstances without any of these walls.
///
/// Throws Error{usage} for an impossible `spec`; Error{environment} when the command
/// cannot be run, ends otherwise than with 0, or takes longer than it may.
[[nodiscard]] Report run_command(const CommandSpec& spec);

}  // namespace reproduce::sandbox
