#include "gguf_files.h"

#include "engine/base/arena.h"
#include "engine/base/text.h"
#include "load.h"

enum {
    // How much of a file is read at first; most headers are shorter.
    HEAD_BYTES = 8 << 20,
    // The vocabulary is in the first part: the others have little more than a table of tensors.
    LATER_HEAD_BYTES = 256 << 10,
    // No vocabulary comes near this.
    HEAD_BYTES_MAX = 512 << 20,
};

bool gguf_is_in(const struct file *file) {
    uint8_t magic[4];
    struct failure failure;
    return file->size_bytes >= sizeof magic && file_read(file, 0, magic, sizeof magic, NULL, &failure) &&
           memcmp(magic, "GGUF", sizeof magic) == 0;
}

static void lay_out(struct gguf_on_disk *g, uint32_t count, struct arena *arena) {
    g->parts = arena_take(arena, count, sizeof *g->parts);
    g->headers = arena_take(arena, count, sizeof *g->headers);
    g->pieces = arena_take(arena, count, sizeof *g->pieces);
    g->files.files = arena_take(arena, count, sizeof *g->files.files);
}

static bool take_arrays(struct gguf_on_disk *g, uint32_t count, struct failure *failure) {
    struct arena arena = {0};
    if (count > MODEL_PARTS_MAX) return fail(failure, "the model has %u parts", count);
    lay_out(g, count, &arena);
    if (!block_allocate(&g->memory, arena.used, "the model's files", failure)) return false;
    memset(g->memory.memory, 0, arena.used);
    arena = (struct arena){.base = g->memory.memory};
    lay_out(g, count, &arena);
    g->files.count = count;
    return true;
}

// Reads more and more of a file until it is enough.
static bool read_header(struct gguf_on_disk *g, uint32_t part, struct failure *failure) {
    const struct file *file = &g->parts[part];
    struct gguf *gguf = (struct gguf *)&g->files.files[part];
    struct failure reason;
    for (uint64_t size = part == 0 ? HEAD_BYTES : LATER_HEAD_BYTES;; size *= 2) {
        if (size > file->size_bytes) size = file->size_bytes;
        if (!block_allocate(&g->headers[part], size, "the model's vocabulary", failure)) return false;
        if (!file_read(file, 0, g->headers[part].memory, size, NULL, failure)) return false;
        enum gguf_reading reading = gguf_read(gguf, g->headers[part].memory, size, &reason);
        if (reading == GGUF_READ) break;
        if (reading == GGUF_DAMAGED || size == file->size_bytes || size >= HEAD_BYTES_MAX) {
            return fail(failure, "%s: %s", file->path, reason.text);
        }
    }
    if (gguf->data_at > file->size_bytes) {
        return fail(failure, "%s: it is damaged: it ends before its weights", file->path);
    }
    g->files.data_bytes[part] = file->size_bytes - gguf->data_at;
    return true;
}

// Whether part `part` of the files says that it is that one of so many.
static bool is_part(const struct gguf *gguf, uint32_t part, uint64_t count) {
    uint64_t number = 0, own_count = 1;
    gguf_uint(gguf, "split.no", &number);
    gguf_uint(gguf, "split.count", &own_count);
    return number == part && (own_count > 1 ? own_count : 1) == count;
}

static bool open_part(struct gguf_on_disk *g, const struct file *first, uint32_t part,
                      struct failure *failure) {
    return file_open_part(&g->parts[part], first, part + 1, failure) == FILE_OPENED &&
           read_header(g, part, failure);
}

bool gguf_open(struct gguf_on_disk *g, const struct file *first, struct failure *failure) {
    uint32_t found = file_part_count(first);
    uint64_t count = 1;
    if (!take_arrays(g, found, failure) || !open_part(g, first, 0, failure)) return false;
    gguf_uint(&g->files.files[0], "split.count", &count);
    if (count > found) {
        return fail(failure, "%s is one of %llu parts, and there are %u", g->parts[0].path,
                    (unsigned long long)count, found);
    }
    // Partitions behind the model's own are another one's.
    g->files.count = count > 1 ? (uint32_t)count : 1;
    for (uint32_t i = 1; i < g->files.count; i++) {
        if (!open_part(g, first, i, failure)) return false;
    }
    for (uint32_t i = 0; i < g->files.count; i++) {
        if (is_part(&g->files.files[i], i, g->files.count)) continue;
        return fail(failure, "%s is no part %u of %u", g->parts[i].path, i + 1, g->files.count);
    }
    return true;
}

uint64_t gguf_data_bytes(const struct gguf_on_disk *g) {
    uint64_t all = 0;
    for (uint32_t i = 0; i < g->files.count; i++) all += g->files.data_bytes[i];
    return all;
}

// Writes how long each run of the data is that has to be in one piece, and returns how many there are: from one
// tensor to the next, or all of it where they are not in order.
static size_t runs_of(const struct gguf_on_disk *g, uint32_t part, uint64_t *runs) {
    uint64_t end = g->files.data_bytes[part], at = 0;
    size_t count = 0;
    for (uint32_t i = 0; i < g->table.count; i++) {
        const struct tensor *tensor = &g->table.tensors[i];
        if (tensor->part != part) continue;
        if (tensor->entry.offset < at) {
            runs[0] = end;
            return 1;
        }
        if (tensor->entry.offset > at) runs[count++] = tensor->entry.offset - at;
        at = tensor->entry.offset;
    }
    runs[count++] = end - at;
    return count;
}

static uint64_t done_before, all_bytes;

static void tell(const struct file *file, uint64_t done_bytes, uint64_t part_bytes) {
    (void)part_bytes;
    load_tell(file->path, done_before + done_bytes, all_bytes);
}

static bool read_part(struct gguf_on_disk *g, uint32_t part, uint64_t *runs, struct failure *failure) {
    size_t count = runs_of(g, part, runs);
    struct pieces *pieces = &g->pieces[part];
    if (!pieces_allocate(pieces, runs, count, "the weights", failure)) return false;
    for (unsigned i = 0; i < pieces->count; i++) {
        const struct memory_piece *piece = &pieces->of[i];
        if (g->weights.count == WEIGHTS_PIECES_MAX) return fail(failure, "memory is in too many pieces");
        g->weights.pieces[g->weights.count++] =
            (struct weights_piece){part, piece->offset, piece->offset + piece->size_bytes, piece->memory};
        if (!file_read(&g->parts[part], g->files.files[part].data_at + piece->offset, piece->memory,
                       piece->size_bytes, tell, failure)) {
            return false;
        }
        done_before += piece->size_bytes;
    }
    return true;
}

bool gguf_read_data(struct gguf_on_disk *g, struct failure *failure) {
    struct block runs = {0};
    uint64_t bytes = ((uint64_t)g->table.count + 1) * sizeof(uint64_t);
    bool read = block_allocate(&runs, bytes, "the table of tensors", failure);
    done_before = 0;
    all_bytes = gguf_data_bytes(g);
    g->weights.count = 0;
    for (uint32_t i = 0; read && i < g->files.count; i++) read = read_part(g, i, runs.memory, failure);
    block_release(&runs);
    return read;
}

void gguf_close(struct gguf_on_disk *g) {
    for (uint32_t i = 0; i < g->files.count; i++) {
        if (g->parts[i].size_bytes > 0) file_close(&g->parts[i]);
        g->parts[i].size_bytes = 0;
    }
}

void gguf_release(struct gguf_on_disk *g) {
    if (g->memory.memory == NULL) return;
    gguf_close(g);
    for (uint32_t i = 0; i < g->files.count; i++) {
        block_release(&g->headers[i]);
        pieces_release(&g->pieces[i]);
    }
    block_release(&g->memory);
    g->files.count = 0;
}
