// The kernel's own file systems.
#ifndef ZOSIA_MOUNTS_H
#define ZOSIA_MOUNTS_H

// Mounts /proc, /sys, /dev, /dev/pts, /tmp and /run. What cannot be mounted is named on the console;
// what needs it fails later with its own message.
void mount_kernel_file_systems(void);

#endif
