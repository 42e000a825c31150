// The app of the enclave: says a line to a vsock port and wants the same back.
//
//     echo CID PORT
#include <linux/vm_sockets.h>
#include <sys/socket.h>
#include <unistd.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char words[] = "said in the enclave, heard on the host\n";

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const struct sockaddr_vm address = {.svm_family = AF_VSOCK,
                                      .svm_port = (unsigned)strtoul(argv[2], NULL, 10),
                                      .svm_cid = (unsigned)strtoul(argv[1], NULL, 10)};
  char answer[sizeof words] = "";
  size_t have = 0;
  const int connection = socket(AF_VSOCK, SOCK_STREAM, 0);
  if (connection < 0 ||
      connect(connection, (const struct sockaddr*)&address, sizeof address) != 0 ||
      write(connection, words, sizeof words - 1) != sizeof words - 1) {
    printf("echo: %s\n", strerror(errno));
    return 1;
  }
  while (have < sizeof words - 1) {
    const ssize_t count = read(connection, answer + have, sizeof words - 1 - have);
    if (count <= 0) break;
    have += (size_t)count;
  }
  printf("echo: heard %zu bytes: %s", have, answer);
  return strcmp(answer, words) != 0;
}
