#include <isa-l/crc.h>

#include "reproduce/eif/crc32.hpp"

namespace reproduce::eif {

void Crc32::update(ByteView bytes) noexcept {
  value_ = crc32_gzip_refl(value_, bytes.data(), bytes.size());
}

}  // namespace reproduce::eif
