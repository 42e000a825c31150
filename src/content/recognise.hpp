#pragma once

/// What makes two lines differ that should not: a time, or the folder of a build.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/content/culprit.hpp"

namespace reproduce::content {

/// `line` with every date and time replaced by one sign: `2024-05-06`, `2024-05-06T07:08:09Z`,
/// `May  6 2024`, `6 May 2024`, `Mon May  6 07:08:09 UTC 2024`, `07:08:09`, `20240506`,
/// and seconds since 1970 (from 2001 to 2039).
[[nodiscard]] std::string without_times(std::string_view line);

/// `line` with every path below a folder that things are built in (/build, /tmp, /home and the
/// like) replaced by one sign; the name of a file in it stays.
[[nodiscard]] std::string without_build_paths(std::string_view line);

/// Whether the file is one that is made anew for each machine: etc/machine-id, a random seed, an
/// SSH host key.
[[nodiscard]] bool is_generated_secret(std::string_view path);

/// Finds out what explains pairs of lines, one of which took the place of the other.
class PairRecogniser {
 public:
  void add(std::string_view before, std::string_view after);

  /// Lines that took no other's place: nothing explains them.
  void add_unpaired(std::size_t count) { pairs_ += count; }

  /// What explains a quarter of the lines at least, most often met first.
  [[nodiscard]] std::vector<Culprit> found() const;

 private:
  std::size_t pairs_ = 0;
  std::size_t times_ = 0;
  std::size_t paths_ = 0;
};

}  // namespace reproduce::content
