// Whole small files, and directories, as procfs, sysfs and the initramfs have them.
#ifndef ZOSIA_FILE_H
#define ZOSIA_FILE_H

#include <stdbool.h>
#include <stddef.h>

// Reads at most size - 1 bytes and ends them with NUL. Returns the number of bytes read, or a negated
// errno. A file longer than that is cut off; callers that mind compare the result with size - 1.
long file_read(const char *path, char *bytes, size_t size);

long file_write(const char *path, const char *text);

// The size of a file in bytes; 0 when it cannot be opened.
unsigned long file_size(const char *path);

// Calls `visit` with each name in a directory except "." and "..", in the directory's own order, until
// it returns false. Returns 0, or a negated errno when the directory cannot be read.
typedef bool directory_visitor(const char *name, void *context);
long directory_visit(const char *path, directory_visitor *visit, void *context);

#endif
