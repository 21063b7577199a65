// What /proc tells about a running process.
#ifndef ZOSIA_PROCFS_H
#define ZOSIA_PROCFS_H

#include <stdbool.h>

enum input_wait { INPUT_WAIT_UNKNOWN, INPUT_WAIT_NO, INPUT_WAIT_YES };

// Whether the main thread of a process sits in read(2) on its standard input.
// Unknown where the kernel has no /proc/PID/syscall.
enum input_wait process_waits_for_input(int process);

// Whether every thread of a process but one is asleep.
bool process_threads_sleep(int process, int except_thread);

#endif
