#include "content.h"

#include "calls.h"
#include "report.h"
#include "sha256.h"

static long add_range(struct sha256 *hash, int fd, uint64_t offset, uint64_t length) {
    static uint8_t buffer[64 * 1024];
    while (length > 0) {
        long count = sys_pread(fd, buffer, length < sizeof buffer ? length : sizeof buffer, (long)offset);
        if (count <= 0) return count < 0 ? count : -EIO;
        sha256_add(hash, buffer, (size_t)count);
        offset += (uint64_t)count;
        length -= (uint64_t)count;
    }
    return 0;
}

static long add_pieces(struct sha256 *hash, int fd, uint64_t offset, uint64_t length) {
    if (length <= (uint64_t)PIECE_COUNT * PIECE_BYTES) return add_range(hash, fd, offset, length);
    for (uint64_t i = 0; i < PIECE_COUNT; i++) {
        uint64_t at = offset + (length - PIECE_BYTES) * i / (PIECE_COUNT - 1);
        long error = add_range(hash, fd, at, PIECE_BYTES);
        if (error < 0) return error;
    }
    return 0;
}

static void report_run(long start, long end) {
    report_field("run");
    report_number(start);
    report_text("+");
    report_number(end - start);
}

// Reports the runs of data and, when only they are to be read, hashes them.
static long add_runs(struct sha256 *hash, int fd, uint64_t size, bool read) {
    for (long end = 0; (uint64_t)end < size;) {
        long start = sys_seek(fd, end, SEEK_DATA);
        if (start == -ENXIO) return 0; // nothing but a hole up to the end
        if (start < 0) return start;
        end = sys_seek(fd, start, SEEK_HOLE);
        if (end < 0) return end;
        report_run(start, end);
        long error = read ? add_pieces(hash, fd, (uint64_t)start, (uint64_t)(end - start)) : 0;
        if (error < 0) return error;
    }
    return 0;
}

long content_report(int fd, uint64_t size) {
    struct sha256 hash;
    uint8_t digest[SHA256_BYTES];
    bool whole = size <= WHOLE_MAX_BYTES;
    sha256_start(&hash);
    long error = add_runs(&hash, fd, size, !whole);
    if (error == 0 && whole) error = add_range(&hash, fd, 0, size);
    if (error < 0) return error;
    sha256_finish(&hash, digest);
    report_field("sha256");
    report_hex(digest, sizeof digest);
    return 0;
}
