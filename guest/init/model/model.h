// The model: the disk that carries it, and the files on it.
#ifndef ZOSIA_MODEL_H
#define ZOSIA_MODEL_H

#include <stdbool.h>

// Where the model disk is mounted.
#define MODELS "/models"

enum { MODEL_PATH_MAX = 300, MODEL_ADAPTERS_MAX = 64, MODEL_ADAPTER_PATH_MAX = 24 };

struct model {
    char path[MODEL_PATH_MAX];
    // The multimodal projector; empty when there is none.
    char projector[MODEL_PATH_MAX];
    // The LoRA adapters, between commas, as llama.cpp wants them; empty when there is none.
    char adapters[MODEL_ADAPTERS_MAX * MODEL_ADAPTER_PATH_MAX];
};

// Finds the model disk among the virtio disks and mounts it read-only at /models.
// The disk is the one whose ext4 label is ZOSIA_MODEL, else the only one that has an ext4 file system.
bool model_disk_mount(void);

// The disk that is mounted, as "/dev/vda"; empty while there is none.
const char *model_disk_path(void);

void model_disk_unmount(void);

// The model is /models/model.gguf, or the first *.gguf in /models by byte order; beside it may lie
// mmproj.gguf, and lora-1.gguf, lora-2.gguf and so on. False when there is no model.
bool model_find(struct model *model);

#endif
