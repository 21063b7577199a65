#include "initramfs.h"

#include <stddef.h>

#include "console/console.h"
#include "kernel/kernel_log.h"
#include "kernel/statistics.h"
#include "text/text.h"

enum { REASON_MAX = 128 };

const char *initramfs_failure(const char *record) {
    static const char MESSAGE[] = ";Initramfs unpacking failed: ";
    const char *at = text_find(record, MESSAGE);
    return at == NULL ? NULL : at + sizeof MESSAGE - 1;
}

static bool keep_reason(const char *record, void *context) {
    const char *reason = initramfs_failure(record);
    if (reason == NULL) return false;
    char *kept = context;
    size_t length = text_format(kept, REASON_MAX, "%s", reason);
    for (size_t i = 0; i < length; i++) {
        if (kept[i] == '\n') kept[i] = '\0';
    }
    return true;
}

bool initramfs_is_whole(void) {
    char reason[REASON_MAX];
    if (!kernel_log_search(keep_reason, reason, false)) return true;
    // The file system for it holds half of the memory, and a write beyond that fails.
    if (text_equal(reason, "write error")) {
        console_line("zosia: the machine has too little memory, %d MiB, to unpack the initramfs",
                     memory_total_mib());
    } else {
        console_line("zosia: the kernel could not unpack all of the initramfs (%s)", reason);
    }
    return false;
}
