// The first process of a machine that plays the parent instance: context identifier 3, as on Nitro.
// It waits on vsock port 9000 for one heartbeat, the byte 0xB7, and sends it back, as `nitro-cli
// run-enclave` does.
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <unistd.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { heartbeat_port = 9000, heartbeat = 0xB7 };

static int fail(const char* what) {
  printf("parent: %s: %s\n", what, strerror(errno));
  return 1;
}

static int serve(void) {
  const struct sockaddr_vm address = {
      .svm_family = AF_VSOCK, .svm_port = heartbeat_port, .svm_cid = VMADDR_CID_ANY};
  struct sockaddr_vm peer;
  socklen_t size = sizeof peer;
  unsigned char byte = 0;
  const int listener = socket(AF_VSOCK, SOCK_STREAM, 0);
  if (listener < 0 || bind(listener, (const struct sockaddr*)&address, sizeof address) != 0 ||
      listen(listener, 1) != 0)
    return fail("cannot listen");
  puts("parent: listening");
  const int connection = accept(listener, (struct sockaddr*)&peer, &size);
  if (connection < 0) return fail("cannot accept");
  if (read(connection, &byte, 1) != 1) return fail("no byte came");
  printf("parent: 0x%02X from context %u\n", byte, peer.svm_cid);
  if (byte != heartbeat) return 1;
  if (write(connection, &byte, 1) != 1) return fail("cannot answer");
  // The peer closes once it has the answer.
  while (read(connection, &byte, 1) > 0) continue;
  return 0;
}

int main(void) {
  mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
  const int console = open("/dev/console", O_RDWR);
  for (int standard = 0; console >= 0 && standard < 3; ++standard) dup2(console, standard);
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("init: the app exited with status %d\n", serve());
  sync();
  reboot(RB_AUTOBOOT);
  return 125;
}
