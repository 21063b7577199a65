// The kernel's log, as far as it goes back.
#ifndef ZOSIA_KERNEL_LOG_H
#define ZOSIA_KERNEL_LOG_H

#include <stdbool.h>

// Calls `handle` with each record, the oldest first, until it returns true. Returns whether it did so. At
// the end it waits a moment for more when `waits`: what the kernel does it may log after.
typedef bool kernel_log_handler(const char *record, void *context);
bool kernel_log_search(kernel_log_handler *handle, void *context, bool waits);

#endif
