#include "pieces.h"

#include "pages.h"

struct parts {
    const uint64_t *bytes;
    size_t count;
    size_t first; // that has no memory yet
    uint64_t offset; // of that
};

// How many of the parts go into so much, and how much they are together.
static size_t fit(const struct parts *parts, uint64_t limit, uint64_t *bytes) {
    size_t count = 0;
    *bytes = 0;
    while (parts->first + count < parts->count && parts->bytes[parts->first + count] <= limit - *bytes) {
        *bytes += parts->bytes[parts->first + count++];
    }
    return count;
}

// Takes a piece for as many parts as fit into `limit`, or into a half of that, and so on.
static bool take_piece(struct pieces *pieces, struct parts *parts, uint64_t limit) {
    uint64_t bytes;
    size_t count;
    void *memory;
    while ((count = fit(parts, limit, &bytes)) > 0) {
        if (pages_try(&memory, bytes)) {
            pieces->of[pieces->count++] = (struct memory_piece){memory, parts->offset, bytes};
            parts->first += count;
            parts->offset += bytes;
            return true;
        }
        limit = count == 1                               ? 0
                : bytes / 2 > parts->bytes[parts->first] ? bytes / 2
                                                         : parts->bytes[parts->first];
    }
    return false;
}

bool pieces_allocate(struct pieces *pieces, const uint64_t *part_bytes, size_t count, const char *purpose,
                     struct failure *failure) {
    struct parts parts = {part_bytes, count, 0, 0};
    pieces->count = 0;
    uint64_t total = 0;
    for (size_t i = 0; i < count; i++) {
        if (__builtin_add_overflow(total, part_bytes[i], &total)) total = UINT64_MAX;
    }
    // What no page table could hold, the firmware is not asked for.
    if (total >= (uint64_t)1 << 52) return fail(failure, "no memory for %s: it is too large", purpose);
    void *whole;
    if (pages_try(&whole, total)) {
        *pieces = (struct pieces){.count = 1, .of = {{whole, 0, total}}};
        return true;
    }
    while (parts.first < parts.count && pieces->count < PIECES_MAX) {
        uint64_t largest = pages_free_memory().largest_bytes;
        if (!take_piece(pieces, &parts, largest != 0 && largest < total ? largest : total)) break;
    }
    if (parts.first == parts.count) return true;
    pieces_release(pieces);
    struct free_memory available = pages_free_memory();
    return fail(
        failure,
        "no memory for %s: %llu MiB are needed, %llu MiB of them in one piece, and the largest free "
        "piece has %llu MiB",
        purpose, (unsigned long long)(total >> 20) + 1,
        (unsigned long long)(part_bytes[parts.first] >> 20) + 1,
        (unsigned long long)available.largest_bytes >> 20);
}

uint8_t *pieces_at(const struct pieces *pieces, uint64_t offset) {
    unsigned i = pieces->count - 1;
    while (i > 0 && offset < pieces->of[i].offset) i--;
    return pieces->of[i].memory + (offset - pieces->of[i].offset);
}

void pieces_release(struct pieces *pieces) {
    for (unsigned i = 0; i < pieces->count; i++)
        pages_release(pieces->of[i].memory, pieces->of[i].size_bytes);
    pieces->count = 0;
}
