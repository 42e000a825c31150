#pragma once

/// Two sequences -> what to take out and put in to make one of the other.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace reproduce::content {

/// `removed` elements from `before` on give way to the `added` ones from `after` on. One of the
/// two counts may be 0.
struct Edit {
  std::size_t before = 0;
  std::size_t removed = 0;
  std::size_t after = 0;
  std::size_t added = 0;
  bool operator==(const Edit&) const = default;
};

struct EditScript {
  std::vector<Edit> edits;  ///< front to back; between two there is at least one equal element
  bool coarse = false;      ///< more is edited than need be, because a limit was reached
};

/// What a search may take: 4 MiB for 1400 edits, and steps as long as it may last.
struct EditLimits {
  std::size_t edits = 1400;                      ///< of one search
  std::uint64_t steps = std::uint64_t{1} << 26;  ///< of all together
};

/// The shortest script, when it is within the limits: Myers' greedy search. Otherwise elements
/// that stand once in each sequence, in the same order, divide them, and each stretch between is
/// searched by itself; what is still too different is replaced as a whole.
///
/// Source: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986.
[[nodiscard]] EditScript edit_script(std::span<const std::uint32_t> before,
                                     std::span<const std::uint32_t> after,
                                     const EditLimits& limits = {});

}  // namespace reproduce::content
