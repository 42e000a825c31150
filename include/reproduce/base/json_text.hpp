#pragma once

/// JSON (RFC 8259) from people whom nobody vouches for.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reproduce {

/// Why a JSON text has no one meaning.
struct JsonFault {
  enum class Kind {
    syntax,        ///< it is no JSON
    repeated_key,  ///< a record has a key twice; which of them counts is up to the reader
    too_deep,
    too_many  ///< more than most_json_values
  };
  Kind kind = Kind::syntax;
  std::uint64_t offset = 0;  ///< of the first byte that is wrong, for syntax
  std::string got{};         ///< the key, or the parser's words; may be hostile
};

/// Parsed, a list of numbers takes some 17 times the memory of its text. Keys count as well. Our
/// own limit; a lock of the largest manifest has 412,000, for 46,000 files.
inline constexpr std::size_t most_json_values = 1'000'000;

/// What is wrong with it, to follow the name of the text: "is no JSON".
[[nodiscard]] std::string_view words_for(JsonFault::Kind kind) noexcept;

/// Looks for a fault, in memory that does not grow with nesting. Levels count from 1, which is the
/// outermost record or list. A text without a fault can be parsed by any parser.
[[nodiscard]] std::optional<JsonFault> find_json_fault(std::string_view text,
                                                       std::size_t most_levels);

/// Whether a text has no fault and is a record with this key, found without keeping what it holds.
[[nodiscard]] bool has_outer_key(std::string_view text, std::string_view key,
                                 std::size_t most_levels);

}  // namespace reproduce
