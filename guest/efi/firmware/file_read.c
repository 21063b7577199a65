#include "files.h"
#include "pages.h"
#include "shared/memory.h"
#include "status.h"

enum {
    // Firmware that gathers clusters into long runs gains nothing beyond this.
    PIECE_BYTES = 4 << 20,
    // One block of most disks.
    PIECE_BYTES_MIN = 512,
    BOUNCE_BYTES = 64 << 10,
    // Where a single block was unreadable for a moment, the rest need not be read block by block.
    PIECE_BYTES_EASY = 64 << 10,
    PIECES_UNTIL_LARGER = 16,
};

struct reading {
    const struct file *file;
    uint64_t piece_bytes; // the largest to ask for
    void *bounce; // NULL while the firmware reads to where the bytes are to be
    bool is_positioned;
    unsigned well_read; // pieces since the last failure
};

static EFI_STATUS read_at(struct reading *reading, uint64_t offset, void *buffer, UINTN *size_bytes) {
    const struct file *file = reading->file;
    if (file->protocol == NULL) {
        return partition_read(&file->partition, offset, buffer, size_bytes, file->bounce);
    }
    if (!reading->is_positioned) {
        EFI_STATUS status = file->protocol->SetPosition(file->protocol, offset);
        if (EFI_ERROR(status)) return status;
    }
    EFI_STATUS status = file->protocol->Read(file->protocol, size_bytes, buffer);
    // Where a failure leaves the file is not said.
    reading->is_positioned = !EFI_ERROR(status);
    return status;
}

// Reads up to `*size_bytes`, and says how many.
static EFI_STATUS read_piece(struct reading *reading, uint64_t offset, void *buffer, UINTN *size_bytes) {
    UINTN wanted = *size_bytes;
    void *to = reading->bounce == NULL ? buffer : reading->bounce;
    EFI_STATUS status = read_at(reading, offset, to, size_bytes);
    if (EFI_ERROR(status)) return status;
    if (*size_bytes > wanted) return EFI_BAD_BUFFER_SIZE; // it says that it wrote beyond the end
    if (to != buffer) memcpy(buffer, to, *size_bytes);
    return status;
}

// Makes the next try an easier one. False when there is none: neither smaller, nor to memory that any
// device reaches, however few bits of an address it has.
static bool ease(struct reading *reading, UINTN tried_bytes) {
    const struct file *file = reading->file;
    uint64_t least = file->protocol == NULL ? file->partition.device->Media->BlockSize : PIECE_BYTES_MIN;
    if (tried_bytes > least) {
        reading->piece_bytes = tried_bytes / 2 > least ? tried_bytes / 2 : least;
        return true;
    }
    struct failure failure;
    if (reading->bounce != NULL) return false;
    if (!pages_allocate_low(&reading->bounce, BOUNCE_BYTES, "reading", &failure)) return false;
    reading->piece_bytes = BOUNCE_BYTES;
    return true;
}

static void count_success(struct reading *reading) {
    if (++reading->well_read < PIECES_UNTIL_LARGER || reading->piece_bytes >= PIECE_BYTES_EASY) return;
    reading->piece_bytes *= 2;
    reading->well_read = 0;
}

bool file_read(const struct file *file, uint64_t offset, void *buffer, uint64_t size_bytes,
               file_progress *progress, struct failure *failure) {
    if (offset > file->size_bytes || size_bytes > file->size_bytes - offset) {
        return fail(failure, "%s ends after %llu bytes, and is to be longer", file->path,
                    (unsigned long long)file->size_bytes);
    }
    struct reading reading = {.file = file, .piece_bytes = PIECE_BYTES};
    EFI_STATUS status = EFI_SUCCESS;
    uint64_t done = 0;
    while (done < size_bytes) {
        uint64_t left = size_bytes - done;
        UINTN tried = (UINTN)(left < reading.piece_bytes ? left : reading.piece_bytes), piece = tried;
        status = read_piece(&reading, offset + done, (uint8_t *)buffer + done, &piece);
        if (EFI_ERROR(status)) {
            reading.well_read = 0;
            if (ease(&reading, tried)) continue;
            break;
        }
        if (piece == 0) break;
        done += piece;
        count_success(&reading);
        if (progress != NULL) progress(file, done, size_bytes);
    }
    if (reading.bounce != NULL) pages_release(reading.bounce, BOUNCE_BYTES);
    if (done == size_bytes) return true;
    return fail(failure, "%s cannot be read beyond %llu of its %llu bytes (the firmware says: %s)",
                file->path, (unsigned long long)(offset + done), (unsigned long long)file->size_bytes,
                status_name(status));
}
