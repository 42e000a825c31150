#pragma once

/// CBOR (RFC 8949) that nobody vouches for, decoded into a small tree.
///
/// What is refused, always: bytes after the item, cut-off items, reserved and
/// floating-point values, strings in chunks (indefinite length), text that is
/// no UTF-8, map keys that are not integers or strings, and duplicate keys: two
/// readers could see two different values. Maps and arrays may be definite
/// or indefinite; each item says how it was written, so that a caller can ask
/// for the one shortest form where no signature protects the bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/bytes.hpp"

namespace reproduce::cose {

enum class CborKind {
  unsigned_integer,
  negative_integer,
  byte_string,
  text_string,
  array,
  map,
  tag,
  boolean,
  null
};

/// "byte string", "map" and so on.
[[nodiscard]] std::string_view words(CborKind kind);

/// One item. Views see the decoded buffer, which must outlive the item.
struct CborItem {
  CborKind kind = CborKind::null;
  /// unsigned_integer: the value; negative_integer: n, for the value -1 - n;
  /// tag: its number; boolean: 0 or 1; otherwise 0.
  std::uint64_t number = 0;
  ByteView content{};             ///< of a byte string or text string
  std::vector<CborItem> items{};  ///< array: elements; map: key, value, key, ...; tag: one item
  bool definite = true;           ///< false: an array or map that ends with a break code
  bool shortest = true;           ///< the number before the content takes as few bytes as it can
  std::uint64_t offset = 0;       ///< of the item's first byte
  ByteView encoded{};             ///< the whole item as it was written

  /// The value of an integer, where 64 signed bits hold it.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  /// Whether a text string says exactly this.
  [[nodiscard]] bool is_text(std::string_view text) const;
};

/// Bounds on what a decoder will build. The tree takes about 100 bytes an item,
/// so `max_items` bounds memory whatever lengths the input claims.
struct CborLimits {
  std::size_t max_bytes = std::size_t{1} << 16;
  std::size_t max_items = 4096;
  std::size_t max_depth = 8;
};

/// Decodes exactly one item that fills `bytes`. `origin` is the file offset of
/// bytes[0], so that errors name file offsets. Throws Error{malformed}.
[[nodiscard]] CborItem decode_cbor(ByteView bytes, const CborLimits& limits = {},
                                   std::uint64_t origin = 0);

/// The value under a text key of a map, or nullptr.
[[nodiscard]] const CborItem* find(const CborItem& map, std::string_view key);

/// Error{malformed} "FIELD is not a KIND" unless `item` is of `kind`.
void expect_kind(const CborItem& item, CborKind kind, std::string_view field);

/// Error{malformed} unless `item` is definite and its head is shortest: bytes
/// outside a signature must have one spelling only.
void expect_shortest_form(const CborItem& item, std::string_view field);

}  // namespace reproduce::cose
