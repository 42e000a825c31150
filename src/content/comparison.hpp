#pragma once

/// What all comparisons share: the two files, what may still be spent, and how a Difference is
/// made.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reproduce/base/random_access.hpp"
#include "reproduce/content/difference.hpp"

namespace reproduce::content {

/// What is left of the limits. One for a whole comparison, all that lies within included.
struct Allowance {
  explicit Allowance(const Limits& all)
      : limits(all), held(all.held_bytes), work(all.work_bytes), depth(all.depth) {}

  Limits limits;
  std::uint64_t held;
  std::uint64_t work;
  unsigned depth;
};

/// The two files. Views: the files must outlive it.
struct Sides {
  std::string_view path;
  const RandomAccess& before;
  const RandomAccess& after;
};

/// `size` bytes from `offset` on, or fewer: where the file ends, and where the allowance does.
[[nodiscard]] Bytes read_range(const RandomAccess& file, std::uint64_t offset, std::uint64_t size,
                               Allowance& allowance);

/// Where the files differ first; the end of the shorter one where they do not before. Not known
/// when the allowance for work ends: SIZE_MAX of 64 bits.
inline constexpr std::uint64_t not_known = UINT64_MAX;
[[nodiscard]] std::uint64_t first_difference(const Sides& sides, Allowance& allowance);

/// Appends `mark` and `text`, cut to the limits; text from a file may have any bytes but '\n'.
void add_line(Difference& difference, const Limits& limits, char mark, std::string_view text);

/// Appends a culprit that is not there yet.
void add_culprit(Difference& difference, Culprit culprit);

/// What compares files of one form. Each gives nothing when the files are not both of that form,
/// or break it. The allowance is smaller afterwards.
[[nodiscard]] std::optional<Difference> compare_text(const Sides& sides, Allowance& allowance);
[[nodiscard]] std::optional<Difference> compare_elf(const Sides& sides, Allowance& allowance);
[[nodiscard]] std::optional<Difference> compare_python(const Sides& sides, Allowance& allowance);
[[nodiscard]] std::optional<Difference> compare_archives(const Sides& sides, Allowance& allowance);
[[nodiscard]] std::optional<Difference> compare_compressed(const Sides& sides,
                                                           Allowance& allowance);

/// What can always be said.
[[nodiscard]] Difference compare_bytes(const Sides& sides, Allowance& allowance);

/// Of the comparisons above the first that applies.
[[nodiscard]] Difference compare_within(const Sides& sides, Allowance& allowance);

/// compare_within() for what an archive or a compressed file holds. Takes over its culprits.
void add_part(Difference& difference, const std::string& name, const Sides& sides,
              Allowance& allowance);

/// "1234567890 (2009-02-13T23:31:30Z)".
[[nodiscard]] std::string time_in_words(std::int64_t seconds);

}  // namespace reproduce::content
