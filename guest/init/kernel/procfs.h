// What /proc tells about a running process.
#ifndef ZOSIA_PROCFS_H
#define ZOSIA_PROCFS_H

#include <stdbool.h>

enum process_wait { WAITS_UNKNOWN, WAITS_FOR_INPUT, WAITS_FOR_EVENTS, WAITS_OTHERWISE };

// What the main thread of a process waits for: its standard input in read(2), or events in poll(2); if it
// runs or sleeps elsewhere, neither. Unknown where the kernel has no /proc/PID/syscall.
enum process_wait process_waits(int process);

// Whether every thread of a process but one is asleep.
bool process_threads_sleep(int process, int except_thread);

#endif
