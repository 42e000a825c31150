#pragma once

/// Points in time as text. No clock is read here: times are given.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reproduce {

/// Seconds since 1970-01-01T00:00:00Z, without leap seconds; may be negative.
using UnixSeconds = std::int64_t;

/// `2020-01-01T00:00:00Z`. Years 0000 to 9999; Error{usage} outside them.
[[nodiscard]] std::string format_utc(UnixSeconds time);

/// `2020-01-01T00:00:00+00:00`, the form that AWS's builder writes.
[[nodiscard]] std::string format_utc_with_offset(UnixSeconds time);

/// RFC 3339 date-time: `T` or a space, an optional fraction (cut off, not
/// rounded), `Z` or an offset. Nothing when the text is anything else or the
/// date does not exist. A 60th second is taken as the next minute's first.
[[nodiscard]] std::optional<UnixSeconds> parse_rfc3339(std::string_view text);

}  // namespace reproduce
