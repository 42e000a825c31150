#include "reproduce/base/processors.hpp"

#include <algorithm>
#include <thread>

#include <sched.h>

namespace reproduce {

unsigned usable_processors() noexcept {
  cpu_set_t usable;
  CPU_ZERO(&usable);
  // Refused where the system has more processors than the set holds (1024).
  if (::sched_getaffinity(0, sizeof usable, &usable) != 0)
    return std::max(1U, std::thread::hardware_concurrency());
  return static_cast<unsigned>(std::max(1, CPU_COUNT(&usable)));
}

}  // namespace reproduce
