#pragma once

/// The members of an ar archive, one after the other, by libarchive's ar reader.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "reproduce/base/stream.hpp"

namespace reproduce::layers {

class ArReader {
 public:
  /// `raw` must outlive the reader.
  explicit ArReader(Source& raw);
  ArReader(const ArReader&) = delete;
  ArReader& operator=(const ArReader&) = delete;
  ArReader(ArReader&&) = delete;
  ArReader& operator=(ArReader&&) = delete;
  ~ArReader();

  /// The name of the next member, whatever was left of the one before; nothing at the end,
  /// when `raw` has been read to its own. Error{malformed} for names that lie
  /// elsewhere than in the member's header (GNU's and BSD's long names), since
  /// others would not read them so, and for an archive that is cut short.
  [[nodiscard]] std::optional<std::string> next();

  /// The latest member's bytes; 0 at its end. Errors of `raw` come through.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer);

 private:
  class Handle;

  std::unique_ptr<Handle> handle_;
};

}  // namespace reproduce::layers
