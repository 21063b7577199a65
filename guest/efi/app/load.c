#include "load.h"

#include "firmware/console.h"
#include "firmware/pages.h"

static unsigned long long mebibytes(uint64_t bytes) { return (bytes >> 20) + 1; }

bool load_has_memory(const struct session *session, uint64_t needed_bytes, struct failure *failure) {
    uint64_t available = pages_free_memory().bytes;
    if (needed_bytes <= available) return true;
    return fail(failure, "%s needs %llu MiB of memory, and this machine has %llu MiB free",
                session->settings.model, mebibytes(needed_bytes), (unsigned long long)available >> 20);
}

void load_tell(const char *path, uint64_t done_bytes, uint64_t all_bytes) {
    const double mebibyte = 1 << 20;
    console_restart_line();
    console_print("Loading %s: %.1f of %.1f MiB", path, (double)done_bytes / mebibyte,
                  (double)all_bytes / mebibyte);
}
