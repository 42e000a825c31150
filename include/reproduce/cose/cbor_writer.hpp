#pragma once

/// Writes CBOR (RFC 8949), the mirror of decode_cbor: definite lengths, every
/// head in its shortest form.

#include <cstdint>
#include <string_view>

#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/bytes.hpp"

namespace reproduce::cose {

/// Appends items one after another. That an array or a map gets the items it
/// announced is the caller's duty.
class CborWriter {
 public:
  void integer(std::int64_t value);
  void unsigned_integer(std::uint64_t value);
  void byte_string(ByteView content);
  void text_string(std::string_view content);
  void array(std::size_t items);
  void map(std::size_t pairs);
  void tag(std::uint64_t number);
  void boolean(bool value);
  void null();

  /// An item that is encoded already.
  void encoded(ByteView item) { out_.write(item); }

  [[nodiscard]] Bytes bytes() && noexcept { return std::move(out_).bytes(); }

 private:
  ByteWriter out_;
};

}  // namespace reproduce::cose
