#pragma once

/// A kernel's command line as the kernel takes it apart, and what in it deserves a look.
///
/// Source: Linux 6.12, next_arg() in lib/cmdline.c and parse_args() in kernel/params.c;
/// Documentation/admin-guide/kernel-parameters.rst for what parameters do.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reproduce::kernel {

struct Parameter {
  std::string name;  ///< any bytes; dashes stay as they stand
  /// Without the quotes around it; nothing where there is no `=`.
  std::optional<std::string> value{};
  /// Behind ` -- `: an argument of the first program, and none of the kernel's.
  bool is_for_init = false;

  bool operator==(const Parameter&) const = default;
};

/// Words between white space; a quote keeps white space in a word. A NUL ends the line, as it
/// does for the kernel.
[[nodiscard]] std::vector<Parameter> parse_cmdline(std::string_view cmdline);

/// A parameter that changes who is in control, or how well it is defended.
struct Risk {
  std::size_t parameter = 0;  ///< index of what was parsed
  std::string_view reason;    ///< one sentence without a full stop
};

/// In the order of the parameters. Says nothing of what is absent.
[[nodiscard]] std::vector<Risk> find_risks(const std::vector<Parameter>& parameters);

}  // namespace reproduce::kernel
