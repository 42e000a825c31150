#pragma once

/// What can be found in an unpacked kernel without its symbols.

#include <cstdint>
#include <string>
#include <vector>

#include "reproduce/base/stream.hpp"
#include "reproduce/kernel/boot_image.hpp"

namespace reproduce::kernel {

struct Contents {
  std::string banner{};
  std::vector<EmbeddedInitramfs> initramfs{};
  std::uint64_t size = 0;
  bool is_whole = true;  ///< false: most_unpacked_bytes were not all
};

/// Reads `plain` up to most_unpacked_bytes.
[[nodiscard]] Contents search(Source& plain);

}  // namespace reproduce::kernel
