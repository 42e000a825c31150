#include "config.h"

#include "console.h"
#include "kernel.h"
#include "syscall.h"
#include "text.h"

enum {
  // Far more than the kernel lets a program have (linux/binfmts.h: 128 KiB an argument).
  text_limit = 1024 * 1024,
  short_text_limit = 16 * 1024,
  path_limit = 4096,
  defaults_count = 3,
};

// Reads the file at `path` into `buffer`, which holds `limit` bytes and a NUL, and gives its size
// or a negative error number.
static long read_text(const char* path, char* buffer, size_t limit) {
  // A named pipe would wait for a writer that never comes.
  const long fd = sys_open(path, open_read | open_no_wait | open_close_on_exec);
  if (fd < 0) return fd;
  size_t size = 0;
  long got = 0;
  while (size <= limit) {
    got = sys_read((int)fd, buffer + size, limit + 1 - size);
    if (got <= 0) break;
    size += (size_t)got;
  }
  sys_close((int)fd);
  if (got < 0) return got;
  if (size > limit) return -error_fbig;
  buffer[size] = '\0';
  return (long)size;
}

// Says why there is no text in `path`; `limit` is what it may hold.
static bool refuse_text(const char* path, long result, size_t limit) {
  if (result == -error_fbig)
    say("%s is larger than %n bytes", path, (unsigned long)limit);
  else
    say("cannot read %s: %e", path, result);
  return false;
}

// Cuts `text` into lines, in place. A line feed ends a line; the last one may lack it.
static bool split_lines(const char* path, char* text, size_t size, Lines* lines) {
  lines->count = 0;
  for (size_t at = 0; at < size;) {
    const size_t length = text_find(text + at, '\n');
    if (at + length < size && text[at + length] == '\0') {
      say("%s, line %n: a NUL byte", path, lines->count + 1);
      return false;
    }
    if (lines->count == lines_limit) {
      say("%s has more than %n lines", path, (unsigned long)lines_limit);
      return false;
    }
    text[at + length] = '\0';
    lines->items[lines->count++] = text + at;
    at += length + 1;
  }
  lines->items[lines->count] = NULL;
  return true;
}

static bool read_command(Lines* command) {
  static char text[text_limit + 1];
  const long size = read_text("/cmd", text, text_limit);
  if (size < 0) return refuse_text("/cmd", size, text_limit);
  if (!split_lines("/cmd", text, (size_t)size, command)) return false;
  if (command->count > 0 && command->items[0][0] != '\0') return true;
  say("/cmd names no program: its first line is the program, each further line an argument");
  return false;
}

// True when `left` and `right`, both KEY=VALUE, have the same key.
static bool same_key(const char* left, const char* right) {
  while (*left == *right && *left != '=') ++left, ++right;
  return *left == '=' && *right == '=';
}

// Adds `entry`, in the place of one with the same key when there is one. There is room.
static void set_variable(Lines* environment, char* entry) {
  size_t at = 0;
  while (at < environment->count && !same_key(environment->items[at], entry)) ++at;
  environment->items[at] = entry;
  if (at == environment->count) environment->items[++environment->count] = NULL;
}

static bool read_environment(Lines* environment, bool is_root) {
  static char text[text_limit + 1];
  static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  static char root_home[] = "HOME=/root";
  static char other_home[] = "HOME=/";
  static char terminal[] = "TERM=xterm";
  long size = read_text("/env", text, text_limit);
  if (size == -error_noent) size = 0;
  if (size < 0) return refuse_text("/env", size, text_limit);

  static Lines lines;
  if (!split_lines("/env", text, (size_t)size, &lines)) return false;
  if (lines.count > lines_limit - defaults_count) {
    say("/env has more than %n lines", (unsigned long)(lines_limit - defaults_count));
    return false;
  }
  environment->count = 0;
  set_variable(environment, path);
  set_variable(environment, is_root ? root_home : other_home);
  set_variable(environment, terminal);
  for (size_t i = 0; i < lines.count; ++i) {
    char* line = lines.items[i];
    if (line[0] == '\0') continue;
    if (line[0] == '=' || line[text_find(line, '=')] == '\0') {
      say("/env, line %n: not KEY=VALUE: %q", i + 1, line);
      return false;
    }
    set_variable(environment, line);
  }
  return true;
}

// UID:GID, or UID:GID:GID,GID...
static bool parse_user(const char* text, Config* config) {
  const uint32_t limit = 0xfffffffe;  // the largest one means "do not change" to the kernel
  if (!read_decimal(&text, limit, &config->user) || *text++ != ':') return false;
  if (!read_decimal(&text, limit, &config->group)) return false;
  if (*text == ':') {
    do {
      if (config->group_count == groups_limit) return false;
      ++text;  // the colon or a comma
      if (!read_decimal(&text, limit, &config->groups[config->group_count++])) return false;
    } while (*text == ',');
  }
  return *text == '\0' || (text[0] == '\n' && text[1] == '\0');
}

static bool read_user(Config* config) {
  static char text[short_text_limit + 1];
  config->has_user = false;
  config->user = 0;
  config->group = 0;
  config->group_count = 0;
  const long size = read_text("/user", text, short_text_limit);
  if (size == -error_noent) return true;
  if (size < 0) return refuse_text("/user", size, short_text_limit);
  config->has_user = text_length(text) == (size_t)size && parse_user(text, config);
  if (config->has_user) return true;
  text[text_find(text, '\n')] = '\0';
  say("/user is not UID:GID or UID:GID:GID,GID... in decimal: %q", text);
  return false;
}

static bool read_folder(Config* config) {
  static char text[path_limit + 1];
  config->folder = "/";
  const long size = read_text("/workdir", text, path_limit);
  if (size == -error_noent) return true;
  if (size < 0) return refuse_text("/workdir", size, path_limit);
  const size_t length = text_find(text, '\n');
  const bool one_line =
      length == (size_t)size || (length + 1 == (size_t)size && text[length] == '\n');
  text[length] = '\0';
  config->folder = text;
  if (one_line && text[0] == '/' && text_length(text) == length) return true;
  say("/workdir is not one line with an absolute path: %q", text);
  return false;
}

bool read_config(Config* config) {
  config->heartbeat = sys_access("/no-heartbeat", access_exists) < 0;
  return read_command(&config->command) && read_user(config) &&
         read_environment(&config->environment, config->user == 0) && read_folder(config);
}
