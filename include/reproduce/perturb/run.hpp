#pragma once

/// Runs a program under changed circumstances.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/perturb/perturbation.hpp"

namespace reproduce::perturb {

struct Program {
  std::filesystem::path path;              ///< absolute
  std::vector<std::string> arguments{};    ///< without the program's name; paths absolute
  std::vector<std::string> environment{};  ///< "NAME=value"; the perturbation's replace these
};

/// A condition that was left as it is.
struct NotVaried {
  Condition condition;
  std::string reason;
};

/// How the program ended: with a status, or by a signal.
struct Outcome {
  std::optional<int> exit_status;
  std::optional<int> signal;
  std::string standard_error;  ///< its beginning, as the program wrote it
  bool standard_error_was_cut = false;
  std::vector<NotVaried> not_varied{};
};

/// How much of standard error is kept.
inline constexpr std::size_t standard_error_limit = std::size_t{64} << 10;

/// Runs `program` to its end. Standard input and output are /dev/null.
///
///     this process ── supervisor ── program ── its descendants
///
/// When the program has ended, or this process or its calling thread dies, the
/// supervisor kills whatever descends from the program, also what has left its
/// process group or session.
///
/// `scratch`: a folder, absolute, in which a folder is made for the run (the
/// program's HOME, TMPDIR and working directory, and the shim, a small library
/// that is preloaded) and removed with all that is in it when the run is over.
///
/// Conditions that this system or this program does not let us vary are in
/// Outcome::not_varied; that is no error. Throws Error{environment} when the
/// program cannot be started, Error{usage} for a path that is not absolute.
[[nodiscard]] Outcome run_perturbed(const Perturbation& perturbation, const Program& program,
                                    const std::filesystem::path& scratch);

}  // namespace reproduce::perturb
