#include "reproduce/init/builtin.hpp"

// Defined in builtin.S. The two ends of one program are one array to the linker only.
extern "C" {
extern const std::uint8_t reproduce_init_x86_64_begin[];
extern const std::uint8_t reproduce_init_x86_64_end[];
extern const std::uint8_t reproduce_init_aarch64_begin[];
extern const std::uint8_t reproduce_init_aarch64_end[];
}

namespace reproduce::init {

ByteView builtin(Arch arch) noexcept {
  switch (arch) {
    case Arch::x86_64:
      return {reproduce_init_x86_64_begin, reproduce_init_x86_64_end};
    case Arch::aarch64:
      return {reproduce_init_aarch64_begin, reproduce_init_aarch64_end};
  }
  return {};
}

}  // namespace reproduce::init
