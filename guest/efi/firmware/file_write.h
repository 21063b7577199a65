// Writing small files beside the application's own: what is to outlast the machine.
#ifndef ZOSIA_FILE_WRITE_H
#define ZOSIA_FILE_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/failure.h"
#include "file_paths.h"

// Makes the file, or replaces it: until all of the new one is on the disk, as PATH.new, the old one stays. A
// machine that is switched off between leaves PATH.new alone, which may be read for it.
bool file_write(const char *path, const void *bytes, uint64_t size_bytes, struct failure *failure);

// The name that the new one has meanwhile.
void file_write_new_path(char new_path[FILE_PATH_BYTES], const char *path);

#endif
