#pragma once

/// What differs inside the small sections and the kernel, field by field.

#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/random_access.hpp"
#include "reproduce/diff/difference.hpp"
#include "reproduce/inspect/reading.hpp"

namespace reproduce::diff {

/// The place and number of differing bytes, and the version banners where they differ.
[[nodiscard]] std::vector<Difference> kernel_differences(const RandomAccess& before,
                                                         const RandomAccess& after);

/// As parameters: added, removed, changed; or the blanks between them.
[[nodiscard]] std::vector<Difference> cmdline_differences(std::string_view before,
                                                          std::string_view after);

[[nodiscard]] std::vector<Difference> metadata_differences(const RandomAccess& before,
                                                           const RandomAccess& after);

[[nodiscard]] std::vector<Difference> signature_differences(const RandomAccess& before,
                                                            const RandomAccess& after);

/// "the first difference is at byte 5", sizes included where they differ.
[[nodiscard]] Difference bytes_difference(const RandomAccess& before, const RandomAccess& after);

}  // namespace reproduce::diff
