#include "network.h"

#include "console.h"
#include "syscall.h"
#include "types.h"

// struct ifreq (linux/if.h), as far as these calls use it.
typedef struct {
  char name[16];
  uint16_t flags;
  uint8_t unused[22];
} InterfaceRequest;
_Static_assert(sizeof(InterfaceRequest) == 40, "the kernel copies 40 bytes");

enum {
  family_inet = 2,
  type_datagram = 2,
  close_on_exec = 02000000,
  get_interface_flags = 0x8913,  // SIOCGIFFLAGS (linux/sockios.h)
  set_interface_flags = 0x8914,
  interface_up = 1,
};

void raise_loopback(void) {
  InterfaceRequest request = {.name = "lo"};
  const long fd = sys_socket(family_inet, type_datagram | close_on_exec);
  long result = fd;
  if (fd >= 0) result = sys_ioctl((int)fd, get_interface_flags, &request);
  if (result >= 0) {
    request.flags |= interface_up;
    result = sys_ioctl((int)fd, set_interface_flags, &request);
  }
  if (result < 0) say("cannot bring up the interface lo: %e", result);
  if (fd >= 0) sys_close((int)fd);
}
