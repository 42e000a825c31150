#include "reproduce/eif/crc32.hpp"

#include <isa-l/crc.h>
#include <zlib.h>

namespace reproduce::eif {

void Crc32::update(ByteView bytes) noexcept {
  value_ = crc32_gzip_refl(value_, bytes.data(), bytes.size());
}

void Crc32::append(std::uint32_t crc, std::uint64_t size) noexcept {
  value_ = static_cast<std::uint32_t>(crc32_combine(value_, crc, static_cast<z_off_t>(size)));
}

}  // namespace reproduce::eif
