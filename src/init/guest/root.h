#pragma once

// The file system that the app sees.

#include "types.h"

/// Makes /rootfs the root folder; without one, the ramdisk's root stays. False after it has said
/// why it cannot.
bool enter_root(void);

/// Mounts what programs expect and makes the links in /dev. What fails is said and left out.
void mount_all(void);
