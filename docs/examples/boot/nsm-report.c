// A guest program that says what an enclave sees: the registers and an attestation document of the
// security module, and under which circumstances init started it. One fact a line, for people and
// scripts alike.
//
//     nsm-report [--status=N] [--signal=N] [PATH...]
//
//     --status=N   ends with this exit status (default 0)
//     --signal=N   ends by this signal
//     PATH         a file to describe: type, mode, owner, links
//
// Static and without any library but libc. It speaks CBOR (RFC 8949) as far as it must: every
// request is a constant, every answer is compared with the few bytes that it may start with.

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "environment.h"
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The driver's one operation, linux/nsm.h: a request and room for the answer, each an address and a
// length.
struct nsm_message {
  uint64_t request, request_size, answer, answer_size;
};
#define NSM_IOCTL_RAW _IOWR(0x0A, 0, struct nsm_message)

enum { answer_limit = 0x3000, register_count = 16, register_size = 48 };

struct answer {
  uint8_t bytes[answer_limit];
  size_t size;
};

// Whether the driver answered. Says why when it did not. It gives the module a second for each
// request, which an emulated machine beside other work may need more than once; a late answer makes
// the next request invalid.
static int ask(int device, const void* request, size_t size, struct answer* answer) {
  for (int attempts = 30; attempts > 0; --attempts) {
    struct nsm_message message = {(uintptr_t)request, size, (uintptr_t)answer->bytes, answer_limit};
    if (ioctl(device, NSM_IOCTL_RAW, &message) == 0 && message.answer_size <= answer_limit) {
      answer->size = message.answer_size;
      return 1;
    }
    if (errno != ETIMEDOUT && errno != EINVAL) break;
    sleep(1);
  }
  printf("error: the security module: %s\n", strerror(errno));
  return 0;
}

// Moves past `text` (of `size` bytes) if it stands at *at. Gives whether it does.
static int skip(const struct answer* answer, size_t* at, const char* text, size_t size) {
  if (answer->size - *at < size || memcmp(answer->bytes + *at, text, size) != 0) return 0;
  *at += size;
  return 1;
}
#define SKIP(answer, at, literal) skip(answer, at, literal, sizeof(literal) - 1)

// {"DescribePCR": {"lock": bool, "data": 48 bytes}}; the two in either order.
static int read_register(const struct answer* answer, const uint8_t** value, int* locked) {
  size_t at = 0;
  *value = NULL;
  *locked = -1;
  if (!SKIP(answer, &at,
            "\xA1\x6B"
            "DescribePCR"
            "\xA2"))
    return 0;
  for (int i = 0; i < 2; ++i) {
    if (SKIP(answer, &at,
             "\x64"
             "data"
             "\x58\x30") &&
        answer->size - at >= register_size) {
      *value = answer->bytes + at;
      at += register_size;
    } else if (SKIP(answer, &at,
                    "\x64"
                    "lock"
                    "\xF4")) {
      *locked = 0;
    } else if (SKIP(answer, &at,
                    "\x64"
                    "lock"
                    "\xF5")) {
      *locked = 1;
    }
  }
  return *value != NULL && *locked >= 0 && at == answer->size;
}

static void report_registers(int device, struct answer* answer) {
  for (int index = 0; index < register_count; ++index) {
    // {"DescribePCR": {"index": N}}, N below 24 and so one byte
    uint8_t request[] =
        "\xA1\x6B"
        "DescribePCR"
        "\xA1\x65"
        "index"
        "\0";
    request[sizeof request - 2] = (uint8_t)index;
    const uint8_t* value = NULL;
    int locked = 0;
    if (!ask(device, request, sizeof request - 1, answer)) return;
    if (!read_register(answer, &value, &locked)) {
      printf("error: the answer for PCR%d makes no sense\n", index);
      continue;
    }
    printf("PCR%d ", index);
    for (int i = 0; i < register_size; ++i) printf("%02x", value[i]);
    puts(locked ? " locked" : " open");
  }
}

// Lines of 76 characters, as many programs expect.
static void print_base64(const char* label, const uint8_t* bytes, size_t size) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  enum { bytes_per_line = 57 };
  for (size_t at = 0; at < size; at += 3) {
    if (at % bytes_per_line == 0) printf("%s%s ", at == 0 ? "" : "\n", label);
    const size_t left = size - at;
    const uint32_t group = (uint32_t)bytes[at] << 16 |
                           (left > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) |
                           (left > 2 ? bytes[at + 2] : 0);
    putchar(digits[group >> 18]);
    putchar(digits[group >> 12 & 63]);
    putchar(left > 1 ? digits[group >> 6 & 63] : '=');
    putchar(left > 2 ? digits[group & 63] : '=');
  }
  putchar('\n');
}

// An attestation document. The nonce is fixed, because nobody asked: what proves freshness comes
// from the one who wants the proof.
static void report_document(int device, struct answer* answer) {
  static const char request[] =
      "\xA1\x6B"
      "Attestation"
      "\xA3"
      "\x69"
      "user_data"
      "\x4A"
      "nsm-report"
      "\x65"
      "nonce"
      "\x48"
      "\0\1\2\3\4\5\6\7"
      "\x6A"
      "public_key"
      "\xF6";
  if (!ask(device, request, sizeof request - 1, answer)) return;
  size_t at = 0;
  // {"Attestation": {"document": bytes}}, with a length of two bytes
  if (!SKIP(answer, &at,
            "\xA1\x6B"
            "Attestation"
            "\xA1\x68"
            "document"
            "\x59") ||
      answer->size - at < 2 ||
      (size_t)(answer->bytes[at] << 8 | answer->bytes[at + 1]) != answer->size - at - 2) {
    puts("error: the answer to the request for a document makes no sense");
    return;
  }
  // The block that `reproduce run` looks for (docs/formats/run.md).
  puts("attestation begin");
  print_base64("attestation", answer->bytes + at + 2, answer->size - at - 2);
  puts("attestation end");
}

static int is_module(const struct dirent* entry) {
  const char* const ending = strrchr(entry->d_name, '.');
  return ending != NULL && strcmp(ending, ".ko") == 0;
}

// Drivers that the kernel has not built in, in the order of their names. Init loads the security
// module's itself, but Debian's kernel does not even know the bus that QEMU puts that on.
static void load_modules(const char* folder) {
  struct dirent** entries = NULL;
  const int count = scandir(folder, &entries, is_module, alphasort);
  for (int i = 0; i < count; ++i) {
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (syscall(SYS_finit_module, file, "", 0) != 0 && errno != EEXIST)
      printf("error: cannot load %s: %s\n", path, strerror(errno));
    close(file);
    free(entries[i]);
  }
  free(entries);
}

// The driver makes its device a moment after it was loaded.
static int open_security_module(void) {
  int device = -1;
  for (int tenths = 0; tenths < 100; ++tenths) {
    device = open("/dev/nsm", O_RDWR | O_CLOEXEC);
    if (device >= 0 || errno != ENOENT) break;
    usleep(100000);
  }
  if (device < 0) printf("error: /dev/nsm: %s\n", strerror(errno));
  return device;
}

int main(int argc, char** argv) {
  static struct answer answer;
  int status = 0;
  int end_signal = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  puts("nsm-report: begin");
  report_process(argc, argv);
  report_mounts();
  for (int i = 1; i < argc; ++i)
    if (sscanf(argv[i], "--status=%d", &status) != 1 &&
        sscanf(argv[i], "--signal=%d", &end_signal) != 1)
      report_file(argv[i]);
  report_orphans();

  load_modules("/modules");
  const int device = open_security_module();
  if (device >= 0) {
    report_registers(device, &answer);
    report_document(device, &answer);
    close(device);
  }
  puts("nsm-report: end");
  if (end_signal != 0) {
    signal(end_signal, SIG_DFL);
    raise(end_signal);
  }
  return status;
}
