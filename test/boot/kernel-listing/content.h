// A file's contents.
#ifndef LISTING_CONTENT_H
#define LISTING_CONTENT_H

#include <stdint.h>

// Of a file up to this size all is read. Of a larger one only what is no hole, and of each run longer
// than all its pieces so many pieces, evenly spread from its first byte to its last.
enum {
    WHOLE_MAX_BYTES = 16 << 20,
    PIECE_COUNT = 64,
    PIECE_BYTES = 4096,
};

// Adds fields to the line: a `run` for each run of data, and the `sha256` of what was read. Returns 0, or
// a negated errno.
long content_report(int fd, uint64_t size);

#endif
