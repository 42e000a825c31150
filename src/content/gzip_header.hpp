#pragma once

/// What stands before the compressed data of a gzip file.

#include <cstdint>
#include <optional>
#include <string>

#include "comparison.hpp"

namespace reproduce::content {

/// RFC 1952, section 2.3.
struct GzipHeader {
  std::uint32_t time = 0;           ///< seconds since 1970; 0: none
  std::uint8_t level = 0;           ///< XFL: 2 for the most compression, 4 for the fastest
  std::uint8_t system = 0;          ///< 3: Unix, 255: unknown
  std::optional<std::string> name;  ///< any bytes
  std::optional<std::string> comment;
  std::uint64_t size = 0;  ///< of the header
};

/// Nothing for what is no gzip file, or has a header of more than 16 KiB.
[[nodiscard]] std::optional<GzipHeader> read_gzip_header(const RandomAccess& file,
                                                         Allowance& allowance);

/// Appends the fields that differ; whether there were any.
bool add_gzip_header(Difference& difference, const GzipHeader& before, const GzipHeader& after,
                     const Limits& limits);

}  // namespace reproduce::content
