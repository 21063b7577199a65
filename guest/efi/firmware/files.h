// Files on the disk that the application was started from.
#ifndef ZOSIA_FILES_H
#define ZOSIA_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "model/failure.h"
#include "uefi/files.h"

struct file {
    EFI_FILE_PROTOCOL *protocol;
    const char *path;
    uint64_t size_bytes;
};

enum file_opening { FILE_OPENED, FILE_MISSING, FILE_UNREADABLE };

// `path` is UTF-8, from the root of the disk, with slashes. Unless the file is opened, the failure says
// why.
enum file_opening file_open(struct file *file, const char *path, struct failure *failure);
void file_close(struct file *file);

// Reads from `offset`, in large pieces. Between them `progress` is told how much of the part has been
// read; it may be NULL.
typedef void file_progress(const struct file *file, uint64_t done_bytes, uint64_t part_bytes);
bool file_read(const struct file *file, uint64_t offset, void *buffer, uint64_t size_bytes,
               file_progress *progress, struct failure *failure);

#endif
