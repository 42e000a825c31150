#include "reproduce/eif/crc32.hpp"

#include <zlib.h>

namespace reproduce::eif {

// update() is in crc32_isal.cpp, or in the static variant in crc32_zlib.cpp.
void Crc32::append(std::uint32_t crc, std::uint64_t size) noexcept {
  value_ = static_cast<std::uint32_t>(crc32_combine(value_, crc, static_cast<z_off_t>(size)));
}

}  // namespace reproduce::eif
