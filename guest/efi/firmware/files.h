// Files on the disks that the firmware reads, and partitions that are a model as if they were files.
#ifndef ZOSIA_FILES_H
#define ZOSIA_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/failure.h"
#include "file_paths.h"
#include "partitions.h"
#include "uefi/files.h"

struct file {
    EFI_FILE_PROTOCOL *protocol; // NULL for a partition
    EFI_HANDLE volume; // that it is on
    struct partition partition;
    void *bounce;
    char path[FILE_PATH_BYTES];
    uint64_t size_bytes;
};

enum file_opening { FILE_OPENED, FILE_MISSING, FILE_UNREADABLE };

// The path of the partitions that are the model.
#define FILE_PARTITION "partition"

// `path` is UTF-8, from the root of the disk that has the application's files, with slashes. For
// FILE_PARTITION it is the first partition that is a model. Unless the file is opened, the failure says why.
enum file_opening file_open(struct file *file, const char *path, struct failure *failure);
// The same on a disk of the caller's choice.
enum file_opening file_open_on(struct file *file, EFI_HANDLE volume, const char *path,
                               struct failure *failure);
bool file_open_partition(struct file *file, const struct partition *partition, struct failure *failure);
void file_close(struct file *file);

// Parts of a split model, which count from 1: NAME-00001-of-00003.gguf has two others beside it, and a
// partition those behind it. How many there are to be had by what `first` is called; at least 1.
unsigned file_part_count(const struct file *first);
enum file_opening file_open_part(struct file *part, const struct file *first, unsigned number,
                                 struct failure *failure);

// Reads from `offset`, in large pieces, or in smaller ones where the firmware does not like those. Between
// them `progress` is told how much of the part has been read; it may be NULL.
typedef void file_progress(const struct file *file, uint64_t done_bytes, uint64_t part_bytes);
bool file_read(const struct file *file, uint64_t offset, void *buffer, uint64_t size_bytes,
               file_progress *progress, struct failure *failure);

#endif
