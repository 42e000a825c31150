#pragma once

// From a fresh process to the app's program.

#include "config.h"

/// Why there is no app, in the numbers that shells and container tools use.
enum {
  status_not_set_up = 125,  ///< the image's description of the app is wrong, or init failed
  status_not_runnable = 126,
  status_not_found = 127,
};

/// Turns this process into the app: working folder, user, program. Gives back one of the statuses
/// above, after it has said why, or does not return.
int execute(const Config* config);
