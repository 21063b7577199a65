// The machine's console: the serial line whose other end is the user's terminal.
#ifndef ZOSIA_CONSOLE_H
#define ZOSIA_CONSOLE_H

#include <stddef.h>

// Opens /dev/console and sets it raw: every key reaches init at once and nothing is echoed or
// translated. Works before and after devtmpfs covers /dev.
void console_open(void);

// The console's descriptor, non-blocking; -1 while there is none.
int console_fd(void);

// Prints one line.
__attribute__((format(printf, 1, 2))) void console_line(const char *format, ...);

// Prints bytes of a program that ends lines with "\n", the way a raw console needs them.
void console_text(const char *bytes, size_t size);

// Waits until the serial line has sent everything.
void console_drain(void);

// Sets which kernel messages reach the console: those more urgent than `level`, 0 for none
// (Documentation/admin-guide/sysctl/kernel.rst, printk).
void console_limit_kernel_log(int level);

#endif
