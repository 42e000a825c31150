#pragma once

/// A program of the system that is run with exactly these words, and what it said.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "reproduce/base/bytes.hpp"

namespace reproduce::fetch {

/// The surroundings of the programs that are run, all from the caller.
struct Programs {
  std::vector<std::filesystem::path> search_path{"/usr/local/bin", "/usr/bin", "/bin"};
  std::vector<std::string> environment{};  ///< "NAME=VALUE": HOME, proxies and the like
  std::chrono::seconds time_limit{3600};   ///< of one run; the program is killed then
};

/// What the folders are called in which programs work, below the caller's scratch folder.
inline constexpr const char* scratch_name = "reproduce-fetch";

struct Command {
  std::string program;  ///< a name, found in search_path
  std::vector<std::string> arguments{};
  std::filesystem::path folder{};  ///< where it runs; required
  std::string hint_when_missing{};
};

struct Output {
  int exit_status = 0;  ///< 128 + signal when a signal ended it
  Bytes out{};
  std::string errors{};  ///< the last 8 KiB of what it wrote to standard error
};

/// Standard output beyond this is Error{malformed}: no answer of ours is that long.
inline constexpr std::uint64_t largest_output = std::uint64_t{64} << 20;

/// Runs a program to its end, without a shell, standard input empty, LC_ALL=C.UTF-8.
/// Any exit status is the caller's to judge. Error{environment} when the program
/// is not there (with the command's hint), cannot be started or exceeds the time
/// limit.
[[nodiscard]] Output run_program(const Command& command, const Programs& programs);

/// The lines of `errors` that say something, at most five, for an error's "got".
[[nodiscard]] std::string summary_of(const std::string& errors);

}  // namespace reproduce::fetch
