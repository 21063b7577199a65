// The files of a GGUF on a disk, or its partitions: what stands before their data, and then that.
#ifndef ZOSIA_GGUF_FILES_H
#define ZOSIA_GGUF_FILES_H

#include "blocks.h"
#include "engine/model/from_gguf.h"
#include "firmware/files.h"
#include "firmware/pieces.h"

struct gguf_on_disk {
    struct file *parts;
    struct block *headers; // of each part
    struct pieces *pieces; // of each part's data
    struct gguf_files files;
    struct tensor_table table;
    struct weights weights;
    struct block memory; // that the arrays above are in
};

bool gguf_is_in(const struct file *file);

// Opens all parts and reads what stands before their data.
bool gguf_open(struct gguf_on_disk *gguf, const struct file *first, struct failure *failure);

// Bytes of the data of all parts.
uint64_t gguf_data_bytes(const struct gguf_on_disk *gguf);

// Reads the data, which then is at what `weights` says. The table has been read.
bool gguf_read_data(struct gguf_on_disk *gguf, struct failure *failure);

// Closes the files; what was read stays.
void gguf_close(struct gguf_on_disk *gguf);
void gguf_release(struct gguf_on_disk *gguf);

#endif
