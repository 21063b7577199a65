// The models in GGUF that this machine has, wherever the firmware can read.
#ifndef ZOSIA_MODELS_H
#define ZOSIA_MODELS_H

#include "files.h"

enum { MODELS_MAX = 32 };

// A file, or partitions.
struct model_entry {
    char path[FILE_PATH_BYTES]; // to be shown, and FILE_PARTITION for partitions
    EFI_HANDLE volume; // NULL for partitions
    struct partition partition;
    uint64_t size_bytes; // of its first part
    unsigned parts;
};

// Looks at partitions, and at the files NAME.gguf in the root of each disk and in the folders there. Of a
// split model the first part is listed. Returns how many there are, up to `capacity`.
unsigned models_find(struct model_entry *models, unsigned capacity);

enum file_opening model_open(struct file *file, const struct model_entry *model, struct failure *failure);

#endif
