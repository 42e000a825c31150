#pragma once

/// The usual reasons why two builds of one thing differ, and what to do about each.

#include <string_view>
#include <vector>

namespace reproduce::content {

enum class Culprit {
  shadow_day,              ///< only the day of the last change of a password differs
  generated_secret,        ///< a random seed, a machine's identity, a key: made anew each time
  gzip_header,             ///< the time, name, system or level in a gzip header
  python_time,             ///< the source's time or size in the header of Python byte code
  debug_information,       ///< only what a debugger reads
  build_id,                ///< only the ELF build-id
  library_time,            ///< times, owners or modes of the members of a static library
  member_time,             ///< times of an archive's members
  member_order,            ///< an archive's members stand in another order
  builder_owner,           ///< the owners of an archive's members
  compression_parameters,  ///< the same content, compressed otherwise
  line_order,              ///< the same lines in another order
  build_path,              ///< the folder that something was built in
  embedded_time,           ///< a date or a time in the content
};

/// All of them, in the order above.
[[nodiscard]] const std::vector<Culprit>& all_culprits();

/// A word for scripts, such as "embedded-time".
[[nodiscard]] std::string_view name_of(Culprit culprit) noexcept;

/// What was recognised, as the beginning of a sentence without a full stop.
[[nodiscard]] std::string_view explanation_of(Culprit culprit) noexcept;

/// What to do about it: one sentence without a full stop.
[[nodiscard]] std::string_view remedy_of(Culprit culprit) noexcept;

}  // namespace reproduce::content
