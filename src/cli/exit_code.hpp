#pragma once

/// The exit codes: 0 is yes, 1 is no, anything above means that no answer was
/// reached. docs/cli.md is generated from this table.

#include <array>
#include <string_view>

#include "reproduce/base/error.hpp"

namespace reproduce::cli {

enum class ExitCode : int {
  yes = 0,
  no = 1,
  usage = 2,
  malformed = 3,
  untrusted = 4,
  environment = 5,
  bug = 70,
  interrupted = 130
};

struct ExitCodeRow {
  ExitCode code;
  std::string_view meaning;
  std::string_view what_a_gate_does;
};

inline constexpr std::array<ExitCodeRow, 8> exit_code_table{{
    {ExitCode::yes, "done; verified; identical", "go on"},
    {ExitCode::no, "answered no: not attested, different, not reproducible", "stop the release"},
    {ExitCode::usage, "the command line, the manifest, the lock or the policy is wrong",
     "fix the call"},
    {ExitCode::malformed, "an input breaks its format (image, layer, document)",
     "stop; the file is damaged or hostile"},
    {ExitCode::untrusted, "a signature, a certificate chain or a pin does not hold",
     "stop; somebody changed something"},
    {ExitCode::environment, "the machine is in the way: I/O, space, permissions",
     "mend the machine, try again"},
    {ExitCode::bug, "a bug in reproduce", "report it"},
    {ExitCode::interrupted, "interrupted by a signal (128 + its number)", "try again"},
}};

[[nodiscard]] constexpr ExitCode exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return ExitCode::usage;
    case ErrorKind::malformed:
      return ExitCode::malformed;
    case ErrorKind::untrusted:
      return ExitCode::untrusted;
    case ErrorKind::environment:
      return ExitCode::environment;
    case ErrorKind::bug:
      return ExitCode::bug;
  }
  return ExitCode::bug;
}

/// The kind's name in JSON.
[[nodiscard]] constexpr std::string_view name_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::usage:
      return "usage";
    case ErrorKind::malformed:
      return "malformed";
    case ErrorKind::untrusted:
      return "untrusted";
    case ErrorKind::environment:
      return "environment";
    case ErrorKind::bug:
      return "bug";
  }
  return "bug";
}

}  // namespace reproduce::cli
