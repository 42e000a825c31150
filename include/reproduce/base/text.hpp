#pragma once

/// Words for people, made from bytes that may be hostile.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace reproduce {

/// `text` as it may be shown on a terminal: control characters, escape
/// sequences, bidirectional overrides and invalid UTF-8 become `\xNN`, so that
/// a file name cannot forge a line of output. A backslash is doubled.
[[nodiscard]] std::string printable(std::string_view text);

/// printable(text) in single quotes.
[[nodiscard]] std::string quote(std::string_view text);

/// Whether `text` is well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// The first `count` characters of `text`, or all of it: a view into `text`. A byte that is no
/// part of a UTF-8 character counts as one.
[[nodiscard]] std::string_view first_characters(std::string_view text, std::size_t count) noexcept;

/// How many columns of a terminal printable(text) takes: two for the wide characters of East
/// Asia and pictures, none for marks that go onto the character before.
/// Source: Unicode 15, EastAsianWidth.txt, blocks of mostly wide characters taken whole.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The candidate that `word` was probably meant to be: the smallest edit
/// distance, when that is small beside the word's length. Nothing otherwise.
[[nodiscard]] std::optional<std::string_view> nearest(std::string_view word,
                                                      std::span<const std::string_view> candidates);

/// A whole decimal number that fits, with nothing around it; otherwise nothing.
[[nodiscard]] std::optional<std::uint64_t> parse_decimal(std::string_view text);

/// "1 file", "2 files".
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view noun);

}  // namespace reproduce
