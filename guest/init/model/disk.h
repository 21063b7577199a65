// Finding a virtio disk by what is on it.
#ifndef ZOSIA_DISK_H
#define ZOSIA_DISK_H

#include <stdbool.h>

enum { DISK_PATH_MAX = 32, DISK_LABEL_MAX = 17 };

// Finds the virtio disk, or partition of one, whose ext4 file system has the label; failing that, the
// only one with an ext4 file system. Waits a moment for disks that have been announced. False when there is
// none.
bool disk_find(const char *label, char path[DISK_PATH_MAX]);

// Whether a name of /sys/class/block is that of a virtio disk or a partition of one: vda, vda1, vdb ...
bool disk_is_virtio(const char *name);

// Reads the label of the ext4 file system at a path. False when there is none.
bool disk_read_label(const char *path, char label[DISK_LABEL_MAX]);

// The size of a disk or partition, by its path in /dev; 0 when unknown.
unsigned long disk_size_bytes(const char *path);

#endif
