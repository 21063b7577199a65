// One name of the file system.
#ifndef LISTING_ENTRY_H
#define LISTING_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

// Where a name lies; it is reached from the current directory, since a whole path may be too long.
struct location {
    const char *path;
    size_t path_length;
    const char *name;
    unsigned char directory_type; // what the directory says of it
};

// Reports all that the kernel tells about a name. True when it is a directory.
bool entry_report(const struct location *location);

#endif
