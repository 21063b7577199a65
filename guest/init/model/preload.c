#include "preload.h"

#include "kernel/file.h"
#include "kernel/statistics.h"
#include "kernel/sys.h"
#include "model.h"
#include "text/text.h"

enum { PIECE_BYTES = 2 << 20, PIECES_BETWEEN_LOOKS = 16 };

static bool has_room(void) { return memory_available_mib() > memory_total_mib() / 4; }

static bool read_ahead(const char *name, void *context) {
    char path[MODEL_PATH_MAX];
    (void)context;
    if (!text_ends_with(name, ".gguf") || text_length(name) >= MODEL_PATH_MAX - sizeof MODELS) return true;
    text_format(path, sizeof path, MODELS "/%s", name);
    unsigned long size = file_size(path);
    int fd = sys_open(path, O_RDONLY);
    for (unsigned long at = 0, piece = 0; at < size; at += PIECE_BYTES, piece++) {
        bool stop = piece % PIECES_BETWEEN_LOOKS == 0 && !has_room();
        if (stop || sys_read_ahead(fd, (long)at, PIECE_BYTES) < 0) return false;
    }
    sys_close(fd);
    return true;
}

void model_preload(void) {
    if (sys_fork() != 0) return; // without the process all is as it would be, only later
    directory_visit(MODELS, read_ahead, NULL);
    sys_exit(0);
}
