#include "shim.hpp"

// From shim_bytes.c. Only their addresses mean something.
extern "C" const std::uint8_t reproduce_perturb_shim_begin[];
extern "C" const std::uint8_t reproduce_perturb_shim_end[];

namespace reproduce::perturb {

ByteView shim_bytes() noexcept {
  return {reproduce_perturb_shim_begin, reproduce_perturb_shim_end};
}

}  // namespace reproduce::perturb
