#include "exec.h"

#include "console.h"
#include "explain.h"
#include "kernel.h"
#include "syscall.h"
#include "text.h"

enum { path_capacity = 4096 };  // PATH_MAX, with its NUL

// In this order: without the right to change users there is none to change groups.
static bool become_user(const Config* config) {
  if (!config->has_user) return true;
  long result = sys_set_groups(config->group_count, config->groups);
  if (result >= 0) result = sys_set_group(config->group);
  if (result >= 0) result = sys_set_user(config->user);
  if (result >= 0) return true;
  say("cannot become user %n, group %n: %e", (unsigned long)config->user,
      (unsigned long)config->group, result);
  return false;
}

// The value of PATH, which the environment always has.
static const char* search_path(const Config* config) {
  for (size_t i = 0; i < config->environment.count; ++i) {
    const char* entry = config->environment.items[i];
    if (entry[0] == 'P' && entry[1] == 'A' && entry[2] == 'T' && entry[3] == 'H' && entry[4] == '=')
      return entry + 5;
  }
  return "";
}

// Writes FOLDER/NAME into `path`; an empty folder is the working folder. False when it is too long.
static bool join(char path[path_capacity], const char* folder, size_t folder_length,
                 const char* name) {
  const size_t name_length = text_length(name);
  if (folder_length + name_length + 2 > path_capacity) return false;
  memcpy(path, folder, folder_length);
  size_t at = folder_length;
  if (at > 0) path[at++] = '/';
  memcpy(path + at, name, name_length + 1);
  return true;
}

static bool is_there(const char* path) {
  const long result = sys_access(path, access_exists);
  return result != -error_noent && result != -error_notdir && result != -error_nametoolong;
}

// A search goes on after an error that another folder can make good, as execvp's does.
static bool search_goes_on(long result) {
  return result == -error_noent || result == -error_notdir || result == -error_acces ||
         result == -error_nametoolong || result == -error_loop;
}

static int run_from_path(const Config* config) {
  static char path[path_capacity];
  static char found[path_capacity];  // the first that is there and does not run
  long found_result = 0;
  const char* name = config->command.items[0];
  for (const char* folder = search_path(config);; ++folder) {
    const size_t length = text_find(folder, ':');
    if (join(path, folder, length, name)) {
      const long result = sys_execve(path, config->command.items, config->environment.items);
      if (found_result == 0 && is_there(path)) {
        memcpy(found, path, path_capacity);
        found_result = result;
      }
      if (!search_goes_on(result)) break;
    }
    folder += length;
    if (*folder == '\0') break;
  }
  if (found_result != 0) {
    explain_refusal(found, found_result);
    return status_not_runnable;
  }
  say("cannot run %q: it is in no folder of PATH, %q", name, search_path(config));
  return status_not_found;
}

static int run_program(const Config* config) {
  const char* program = config->command.items[0];
  if (program[text_find(program, '/')] == '\0') return run_from_path(config);
  const long result = sys_execve(program, config->command.items, config->environment.items);
  if (is_there(program)) {
    explain_refusal(program, result);
    return status_not_runnable;
  }
  say("cannot run %q: %e", program, result);
  return status_not_found;
}

int execute(const Config* config) {
  // Before the user changes, so that it may be a folder which only root can enter.
  const long entered = sys_change_folder(config->folder);
  if (entered < 0) {
    say("cannot enter the working folder %q: %e", config->folder, entered);
    return status_not_set_up;
  }
  if (!become_user(config)) return status_not_set_up;
  return run_program(config);
}
