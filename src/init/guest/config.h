#pragma once

// What the image says about the app: the files /cmd, /env, /user, /workdir and /no-heartbeat
// (docs/formats/init.md).

#include "types.h"

enum { lines_limit = 8192, groups_limit = 1024 };

/// The lines of a text, NULL behind the last: as execve takes arguments and environment.
typedef struct {
  char* items[lines_limit + 1];
  size_t count;
} Lines;

typedef struct {
  Lines command;      ///< at least one, and that is not empty
  Lines environment;  ///< KEY=VALUE, each key once; PATH, HOME and TERM are among them
  bool has_user;
  uint32_t user;  ///< 0, and the group as well, without one
  uint32_t group;
  uint32_t groups[groups_limit];
  size_t group_count;
  const char* folder;  ///< absolute
  bool heartbeat;
} Config;

/// Reads all of it. False after it has said what is wrong; then `config` means nothing.
bool read_config(Config* config);
