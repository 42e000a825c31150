#pragma once

// The app's process, from its start to its end.

#include "config.h"

/// How the app's life went.
typedef struct {
  bool started;  ///< false: `status` is what the process said in its place (exec.h)
  int status;    ///< of a started app: as wait4 gives it
} Outcome;

/// Starts the app, hands signals on to it, reaps whatever ends, and gives back control when the app
/// has ended.
Outcome run_app(const Config* config);

/// Ends every other process: SIGTERM, two seconds, SIGKILL, one second.
void end_all_others(void);
