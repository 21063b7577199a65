// The kernel's own file systems.
#ifndef ZOSIA_MOUNTS_H
#define ZOSIA_MOUNTS_H

#include <stdbool.h>

// Mounts /proc, /sys, /dev, /dev/pts, /tmp and /run. What cannot be mounted is named on the console;
// what needs it fails later with its own message. False when there is any such.
bool mount_kernel_file_systems(void);

#endif
