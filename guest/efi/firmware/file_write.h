// Writing small files beside the application's own: what is to outlast the machine.
#ifndef ZOSIA_FILE_WRITE_H
#define ZOSIA_FILE_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/base/failure.h"

// Makes the file, or replaces it: until all of the new one is on the disk, as PATH.new, the old one stays.
bool file_write(const char *path, const void *bytes, uint64_t size_bytes, struct failure *failure);

#endif
