#pragma once

/// The circumstances of a build that must not show in its result.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace reproduce::perturb {

/// What can be different from one run to the next. How each is changed, and what
/// that does not reach, is in docs/determinism.md.
enum class Condition {
  clock,              ///< what the time of day is
  umask,              ///< the modes of new files
  locale,             ///< LC_ALL and LANG
  time_zone,          ///< TZ
  home,               ///< HOME
  working_directory,  ///< an empty folder
  temporary_folder,   ///< TMPDIR
  environment,        ///< variables that nobody should read
  readdir_order,      ///< in which order folders list what is in them
  cpus,               ///< how many processors there are
  uid,                ///< the numbers of user and group
  host_name           ///< of uname(2)
};

/// All of them, in the order above.
[[nodiscard]] std::vector<Condition> all_conditions();

/// Such as "working directory".
[[nodiscard]] std::string_view name_of(Condition condition) noexcept;

enum class ReaddirOrder { by_name, by_name_backwards };

/// One set of circumstances.
struct Perturbation {
  std::string name;  ///< of folders that the run gets: lower-case letters
  std::int64_t clock_shift_seconds = 0;
  std::uint32_t umask = 022;
  std::vector<std::string> locales{};  ///< the first of these that this system has
  std::string time_zone{};
  std::vector<std::string> environment{};  ///< further "NAME=value"
  ReaddirOrder readdir_order = ReaddirOrder::by_name;
  std::uint32_t cpus = 1;  ///< at least 1
  std::uint32_t uid = 0;   ///< of the group, too
  std::string host_name{};
};

/// The two that a check compares. No condition is the same in both:
///
///                      first              second
///     clock            one day ago        in one day: two days apart
///     umask            022                077
///     locale           C.UTF-8            a language's that is installed, or POSIX
///     time zone        UTC-14             UTC+12 (26 hours apart)
///     readdir order    by name            by name, backwards
///     cpus             1                  3
///     uid              1001               2002
///     host name        first.invalid      second.invalid
///
/// HOME, TMPDIR and the working directory are new folders with other names,
/// and USER, LOGNAME, SHELL, COLUMNS and a variable without meaning differ.
[[nodiscard]] std::array<Perturbation, 2> standard_perturbations();

}  // namespace reproduce::perturb
