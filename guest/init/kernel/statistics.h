// Numbers of the whole machine, as /proc/meminfo, /proc/vmstat and /sys list them.
#ifndef ZOSIA_STATISTICS_H
#define ZOSIA_STATISTICS_H

#include <stdbool.h>

// Reads the number behind a name at the beginning of a line. False when there is none, or it exceeds
// 32 bits.
bool statistic_read(const char *path, const char *name, unsigned *number);

// The memory that the kernel has to give; 0 when unknown.
int memory_total_mib(void);
int memory_available_mib(void);

// 0 when unknown.
unsigned processors_online(void);

#endif
