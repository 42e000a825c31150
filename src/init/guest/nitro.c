#include "nitro.h"

#include "console.h"
#include "kernel.h"
#include "syscall.h"
#include "types.h"

void load_nsm(void) {
  const long fd = sys_open("/nsm.ko", open_read | open_close_on_exec);
  if (fd == -error_noent) return;  // it is built into the kernel
  const long loaded = fd < 0 ? fd : sys_load_module((int)fd, "");
  if (loaded < 0 && loaded != -error_exist) say("cannot load /nsm.ko: %e", loaded);
  if (fd >= 0) sys_close((int)fd);
}

// struct sockaddr_vm (linux/vm_sockets.h).
typedef struct {
  uint16_t family;
  uint16_t reserved;
  uint32_t port;
  uint32_t cid;
  uint8_t zero[4];
} VsockAddress;

enum {
  family_vsock = 40,
  type_stream = 1,
  close_on_exec = 02000000,
  level_socket = 1,
  receive_timeout = 20,
  send_timeout = 21,
};

void send_heartbeat(void) {
  // CID 3 is the parent instance; port and byte are what nitro-cli listens for.
  const VsockAddress parent = {.family = family_vsock, .port = 9000, .cid = 3};
  const uint8_t beat = 0xb7;
  const int64_t two_seconds[2] = {2, 0};
  uint8_t answer = 0;
  const long fd = sys_socket(family_vsock, type_stream | close_on_exec);
  if (fd < 0) {
    say("no heartbeat: cannot open a vsock: %e", fd);
    return;
  }
  // An error here only makes the kernel's own, longer patience count.
  sys_set_socket_option((int)fd, level_socket, receive_timeout, two_seconds, sizeof two_seconds);
  sys_set_socket_option((int)fd, level_socket, send_timeout, two_seconds, sizeof two_seconds);
  long result = sys_connect((int)fd, &parent, sizeof parent);
  if (result < 0)
    say("no heartbeat: cannot connect to vsock CID 3 port 9000: %e", result);
  else if ((result = sys_write((int)fd, &beat, 1)) < 0)
    say("no heartbeat: cannot send it: %e", result);
  else if ((result = sys_read((int)fd, &answer, 1)) < 0)
    say("heartbeat sent, and no answer: %e", result);
  else if (result == 0 || answer != beat)
    say("heartbeat sent, and the answer is not the same byte");
  sys_close((int)fd);
}
