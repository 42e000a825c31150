/// zlib in ISA-L's place (docs/decisions/0027-static-binary.md): the same value, slower.

#include <zlib.h>

#include "reproduce/eif/crc32.hpp"

namespace reproduce::eif {

void Crc32::update(ByteView bytes) noexcept {
  // crc32() begins anew when it is given a null pointer, which an empty view may hold.
  if (!bytes.empty())
    value_ = static_cast<std::uint32_t>(::crc32_z(value_, bytes.data(), bytes.size()));
}

}  // namespace reproduce::eif
