// A disk put together of others by the kernel's device mapper, as the run request asks for.
#ifndef ZOSIA_MAPPED_DISK_H
#define ZOSIA_MAPPED_DISK_H

#include <stdbool.h>

#include "disk.h"

#define REQUEST_TABLE_PATH "/etc/zosia/request/table"

// As many rows as a table may have (src/formats/device-mapper/layout.ts), and disks.
enum { MAPPED_ROWS_MAX = 1024, MAPPED_DISKS_MAX = 256 };

bool mapped_disk_is_requested(void);

// Makes the read-only device of the request's table, and tells its path. Waits a moment for the disks
// that the table names. False, with a line on the console, when one is missing or the table is no good.
bool mapped_disk_make(char path[DISK_PATH_MAX]);

#endif
