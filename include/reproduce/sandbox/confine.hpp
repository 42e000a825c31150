#pragma once

/// Runs a function in a child process that has given up everything but what was declared.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/sandbox/report.hpp"

namespace reproduce::sandbox {

/// All that the work may touch. Relative paths start at the current folder; a
/// symbolic link stands for what it leads to at the start.
struct Confinement {
  Mode mode = Mode::automatic;
  std::vector<std::filesystem::path> inputs{};   ///< files, and folders with all below, to read
  std::vector<std::filesystem::path> scratch{};  ///< folders to read, write and create below
  std::vector<int> descriptors{};                ///< stay open, besides 0, 1 and 2
  std::uint64_t result_limit = std::uint64_t{64} << 20;  ///< bytes; more is Error{bug}
};

/// Takes how far the work has come, in whatever unit the work counts.
using Progress = std::function<void(std::uint64_t)>;

/// Takes a question and gives the answer, or throws Error.
using Ask = std::function<Bytes(ByteView)>;

/// What the parent does for the work, in a process that keeps what the work must not know.
struct Help {
  /// Called once the child runs, so that nothing it leaves in memory is the child's. What it
  /// throws ends the child.
  std::function<void()> prepare{};
  Ask answer{};  ///< called for each question; at most 64 KiB each way
};

struct Outcome {
  Bytes result;
  Report report;
};

/// Forks, confines the child, calls `work` there, and gives what it returned:
///
///     parent   fork ── report ◄── progress ◄── progress ◄── result or Error ── reap
///     child      └─ confine ── work(send progress) ───────────────┘
///
/// The child sees a copy of this process's memory; of what it changes there,
/// only the returned bytes come back. While it runs it has no network, starts
/// no process and opens no undeclared file (docs/sandbox.md has the list); it may
/// start threads, and it dies when the calling thread does. `progress` may be
/// empty, and is called in the parent.
///
/// With Mode::off, `work` is simply called. Mode::require demands the file rules
/// of Landlock and the seccomp filter, which together leave no network either.
///
/// The caller must be single-threaded (a fork copies the calling thread alone).
/// It may call again; no process and no descriptor is left behind, whatever
/// happens.
///
/// Throws what `work` threw when that is an Error, kind and context included;
/// std::bad_alloc becomes Error{environment}, other exceptions Error{bug}. Error{environment}
/// also when a declared path cannot be opened and when somebody killed
/// the child; Error{bug} when it crashed or sent what is no answer.
[[nodiscard]] Outcome run_confined(const Confinement& confinement,
                                   const std::function<Bytes(const Progress&)>& work,
                                   const Progress& progress = {});

/// The same for work that has questions: its second argument asks `help.answer` in the parent and
/// gives the answer, or throws the Error. With Mode::off both are simply called.
[[nodiscard]] Outcome run_confined(const Confinement& confinement, const Help& help,
                                   const std::function<Bytes(const Progress&, const Ask&)>& work,
                                   const Progress& progress = {});

}  // namespace reproduce::sandbox
