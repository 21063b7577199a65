// The model: the disk that carries it, and the file on it.
#ifndef ZOSIA_MODEL_H
#define ZOSIA_MODEL_H

#include <stdbool.h>

enum { MODEL_PATH_MAX = 300 };

// Finds the model disk among the virtio disks and mounts it read-only at /models.
// The disk is the one whose ext4 label is ZOSIA_MODEL, else the only one that has an ext4 file system.
bool model_disk_mount(void);
void model_disk_unmount(void);

// /models/model.gguf, or the first *.gguf in /models by byte order. False when there is none.
bool model_find(char path[MODEL_PATH_MAX]);

#endif
