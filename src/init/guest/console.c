#include "console.h"

#include "errors.h"
#include "kernel.h"
#include "syscall.h"
#include "text.h"

enum { standard_error = 2, line_capacity = 1024, quoted_limit = 200 };

void open_console(void) {
  if (sys_is_open(0) >= 0 && sys_is_open(1) >= 0 && sys_is_open(2) >= 0) return;
  // The ramdisk has an empty /dev at most, so the kernel found no console to give to its first
  // process.
  sys_make_folder("/dev", 0755);
  const long mounted =
      sys_mount("devtmpfs", "/dev", "devtmpfs", mount_no_suid | mount_no_exec, "mode=0755");
  if (mounted < 0) sys_make_character_device("/dev/console", 0600, 5, 1);
  long fd = sys_open("/dev/console", open_read_write | open_no_terminal);
  // Without any console there is nobody to tell; the app still finds three open descriptors.
  if (fd < 0) fd = sys_open("/dev/null", open_read_write);
  if (fd < 0) return;
  for (int standard = 0; standard <= standard_error; ++standard)
    if (standard != fd && sys_is_open(standard) < 0) sys_duplicate((int)fd, standard);
  if (fd > standard_error) sys_close((int)fd);
  if (mounted < 0) say("cannot mount devtmpfs on /dev: %e", mounted);
}

void hand_over_console(uint32_t user, uint32_t group) {
  const long fd = sys_open("/dev/console", open_read_write | open_no_terminal);
  if (fd < 0) return;
  sys_change_owner((int)fd, user, group);
  for (int standard = 0; standard <= standard_error; ++standard) sys_duplicate((int)fd, standard);
  sys_close((int)fd);
}

typedef struct {
  char text[line_capacity];
  size_t length;
} Line;

// One place is kept for the line feed.
static void add_character(Line* line, char character) {
  if (line->length < line_capacity - 1) line->text[line->length++] = character;
}

static void add_text(Line* line, const char* text) {
  for (; *text != '\0'; ++text) add_character(line, *text);
}

static void add_number(Line* line, unsigned long number) {
  char digits[20];
  size_t count = 0;
  do {
    digits[count++] = (char)('0' + number % 10);
    number /= 10;
  } while (number != 0);
  while (count > 0) add_character(line, digits[--count]);
}

static void add_quoted(Line* line, const char* text) {
  static const char hex[] = "0123456789abcdef";
  add_character(line, '\'');
  size_t count = 0;
  for (; text[count] != '\0' && count < quoted_limit; ++count) {
    const uint8_t byte = (uint8_t)text[count];
    if (byte >= 0x20 && byte < 0x7f) {
      add_character(line, (char)byte);
    } else {
      add_text(line, "\\x");
      add_character(line, hex[byte >> 4]);
      add_character(line, hex[byte & 15]);
    }
  }
  add_text(line, text[count] == '\0' ? "'" : "...'");
}

static void write_all(const char* text, size_t size) {
  size_t written = 0;
  while (written < size) {
    const long result = sys_write(standard_error, text + written, size - written);
    if (result <= 0) return;  // nobody listens
    written += (size_t)result;
  }
}

void say(const char* format, ...) {
  Line line;
  line.length = 0;
  add_text(&line, "init: ");
  __builtin_va_list values;
  __builtin_va_start(values, format);
  for (; *format != '\0'; ++format) {
    if (*format != '%' || format[1] == '\0') {
      add_character(&line, *format);
      continue;
    }
    switch (*++format) {
      case 's':
        add_text(&line, __builtin_va_arg(values, const char*));
        break;
      case 'q':
        add_quoted(&line, __builtin_va_arg(values, const char*));
        break;
      case 'n':
        add_number(&line, __builtin_va_arg(values, unsigned long));
        break;
      case 'e': {
        const unsigned long number = (unsigned long)-__builtin_va_arg(values, long);
        const char* words = error_words(number);
        add_text(&line, words != NULL ? words : "error ");
        if (words == NULL) add_number(&line, number);
        break;
      }
      default:
        add_character(&line, *format);
    }
  }
  __builtin_va_end(values);
  line.text[line.length++] = '\n';
  write_all(line.text, line.length);
}

void drain_console(void) {
  // Not tcdrain, which would wait forever for a console that takes nothing.
  enum { bytes_still_queued = 0x5411 };  // TIOCOUTQ
  for (int tries = 0; tries < 100; ++tries) {
    int queued = 0;
    if (sys_ioctl(standard_error, bytes_still_queued, &queued) < 0 || queued == 0) return;
    sys_sleep_ms(10);
  }
}
