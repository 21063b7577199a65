// Whether the initramfs is all there. The kernel goes on with what it could unpack, and says so only in
// its log.
#ifndef ZOSIA_INITRAMFS_H
#define ZOSIA_INITRAMFS_H

#include <stdbool.h>

// False, with a line on the console that says why, when the kernel could not unpack all of it.
bool initramfs_is_whole(void);

// Reads a record of the kernel's log (init/initramfs.c): "...;Initramfs unpacking failed: REASON".
// Returns where the reason begins, or NULL when it is another record.
const char *initramfs_failure(const char *record);

#endif
