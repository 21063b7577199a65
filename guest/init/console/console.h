// The machine's console: the serial line whose other end is the user's terminal.
#ifndef ZOSIA_CONSOLE_H
#define ZOSIA_CONSOLE_H

#include <stddef.h>

// Opens /dev/console and sets it raw: every key reaches init at once and nothing is echoed or
// translated. Works before and after devtmpfs covers /dev.
void console_open(void);

// The console's descriptor, non-blocking; -1 while there is none.
int console_fd(void);

// From here on a NUL stands before each of init's own lines. No program's output has one (see
// output_filter.h), so the host can tell init's lines from a model's output that looks like them.
void console_seal(void);

// Prints one line. What cannot be printed in it, as in names of unknown origin, shows as "?".
__attribute__((format(printf, 1, 2))) void console_line(const char *format, ...);

// Prints what a program printed that ends lines with "\n": through the filter of output_filter.h, and the
// way a raw console needs them.
void console_text(const char *bytes, size_t size);

// Waits until the serial line has sent everything.
void console_drain(void);

// Forgets what has been typed and not been read.
void console_forget_keys(void);

// Sets which kernel messages reach the console: those more urgent than `level`, 0 for none
// (Documentation/admin-guide/sysctl/kernel.rst, printk).
void console_limit_kernel_log(int level);

#endif
