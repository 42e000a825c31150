#include "explain.h"

#include "console.h"
#include "kernel.h"
#include "syscall.h"
#include "text.h"

// The program's file is input like any other: what is read of it is bounded, and only bytes are
// taken from it, each where it is known to be.
enum {
  head_size = 256,  // what the kernel reads of a script, too (BINPRM_BUF_SIZE)
  interpreter_capacity = 256,
  program_headers_limit = 64,
};

#if defined(__x86_64__)
enum { own_machine = 62 };
#else
enum { own_machine = 183 };
#endif

static uint64_t little_endian(const uint8_t* bytes, size_t size) {
  uint64_t value = 0;
  for (size_t i = size; i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

// The ELF machines (e_machine) that people meet, or NULL.
static const char* machine_name(unsigned machine) {
  switch (machine) {
    case 3:
      return "i386";
    case 21:
      return "ppc64";
    case 22:
      return "s390";
    case 40:
      return "arm";
    case 62:
      return "x86_64";
    case 183:
      return "aarch64";
    case 243:
      return "riscv";
    default:
      return NULL;
  }
}

// The interpreter on the first line of a script: "#!", blanks, a path, then a blank or the line's
// end.
static bool script_interpreter(const char head[head_size + 1], char name[interpreter_capacity]) {
  size_t from = 2;
  while (head[from] == ' ' || head[from] == '\t') ++from;
  size_t length = 0;
  for (char c = head[from]; c != '\0' && c != '\n' && c != ' ' && c != '\t';
       c = head[from + length])
    name[length++] = c;
  name[length] = '\0';
  return length > 0;
}

// The interpreter that a program header (PT_INTERP) of a 64-bit ELF file names.
static bool elf_interpreter(int fd, const uint8_t head[head_size],
                            char name[interpreter_capacity]) {
  enum { elf_64_bits = 2, header_size = 56, type_interpreter = 3 };
  const uint64_t table = little_endian(head + 32, 8);
  const uint64_t count = little_endian(head + 56, 2);
  if (head[4] != elf_64_bits || little_endian(head + 54, 2) != header_size) return false;
  for (uint64_t i = 0; i < count && i < program_headers_limit; ++i) {
    uint8_t header[header_size];
    if (sys_read_at(fd, header, header_size, table + i * header_size) != header_size) return false;
    if (little_endian(header, 4) != type_interpreter) continue;
    const uint64_t size = little_endian(header + 32, 8);
    if (size == 0 || size > interpreter_capacity) return false;
    if (sys_read_at(fd, name, size, little_endian(header + 8, 8)) != (long)size) return false;
    name[size - 1] = '\0';
    return true;
  }
  return false;
}

static void say_machine(const char* path, unsigned machine) {
  const char* own = machine_name(own_machine);
  const char* name = machine_name(machine);
  if (name != NULL)
    say("cannot run %q: it is a program for %s, and this machine is %s", path, name, own);
  else
    say("cannot run %q: it is a program for machine type %n, and this machine is %s", path,
        (unsigned long)machine, own);
}

// True when the interpreter explains it, and it has been said.
static bool explain_interpreter(const char* path, const char* interpreter) {
  if (sys_access(interpreter, access_exists) < 0) {
    say("cannot run %q: its interpreter %q is not there", path, interpreter);
    return true;
  }
  if (sys_access(interpreter, access_execute) < 0) {
    say("cannot run %q: its interpreter %q is not executable", path, interpreter);
    return true;
  }
  return false;
}

// True when what stands in the file explains it, and it has been said.
static bool explain_content(const char* path, int fd, long result) {
  static char interpreter[interpreter_capacity];
  static char head[head_size + 1];
  const long size = sys_read_at(fd, head, head_size, 0);
  if (size == -error_isdir) {
    say("cannot run %q: it is a folder", path);
    return true;
  }
  if (size < 0) return false;
  memset(head + size, 0, (size_t)(head_size + 1 - size));
  if (head[0] == '#' && head[1] == '!')
    return script_interpreter(head, interpreter) && explain_interpreter(path, interpreter);

  const uint8_t* bytes = (const uint8_t*)head;
  enum { elf_header_size = 64, little = 1 };
  const bool is_elf = size >= elf_header_size && head[0] == 0x7f && head[1] == 'E' &&
                      head[2] == 'L' && head[3] == 'F' && bytes[5] == little;
  if (is_elf) {
    const unsigned machine = (unsigned)little_endian(bytes + 18, 2);
    if (machine == own_machine)
      return elf_interpreter(fd, bytes, interpreter) && explain_interpreter(path, interpreter);
    say_machine(path, machine);
    return true;
  }
  if (result != -error_noexec) return false;
  say("cannot run %q: it is neither a program of this machine nor a script that begins with #!",
      path);
  return true;
}

void explain_refusal(const char* path, long result) {
  const long fd = sys_open(path, open_read | open_no_wait | open_close_on_exec);
  bool said = false;
  if (fd >= 0 && result == -error_acces && sys_access(path, access_execute) < 0) {
    char byte = 0;
    const bool is_folder = sys_read((int)fd, &byte, 1) == -error_isdir;
    say(is_folder ? "cannot run %q: it is a folder" : "cannot run %q: it is not executable", path);
    said = true;
  } else if (fd >= 0) {
    said = explain_content(path, (int)fd, result);
  }
  if (fd >= 0) sys_close((int)fd);
  if (!said) say("cannot run %q: %e", path, result);
}
