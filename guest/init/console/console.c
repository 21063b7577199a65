#include "console.h"

#include "kernel/file.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "output_filter.h"
#include "text/text.h"

// Values such as a list of processor features are long.
enum { LINE_MAX = 4352 };

static int fd = -1;
static bool sealed;

int console_fd(void) { return fd; }

static void set_raw(void) {
    struct termios terminal = {0};
    if (sys_ioctl(fd, TCGETS, &terminal) < 0) return; // not a terminal: nothing to change
    terminal.input_flags = 0;
    terminal.output_flags = 0;
    terminal.local_flags = 0;
    terminal.control_characters[VMIN] = 1;
    terminal.control_characters[VTIME] = 0;
    sys_ioctl(fd, TCSETS, &terminal);
}

void console_open(void) {
    fd = sys_open("/dev/console", O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) return;
    set_raw();
}

void console_seal(void) { sealed = true; }

void console_line(const char *format, ...) {
    char text[LINE_MAX], line[LINE_MAX + 3];
    va_list arguments;
    va_start(arguments, format);
    text_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t length = 0;
    if (sealed) line[length++] = '\0';
    length += text_printable(line + length, sizeof text, text);
    line[length++] = '\r';
    line[length++] = '\n';
    write_all(fd, line, length);
}

// Ends lines with "\r\n".
static void write_lines(const char *bytes, size_t size) {
    while (size > 0) {
        size_t length = 0;
        while (length < size && bytes[length] != '\n') length++;
        write_all(fd, bytes, length);
        if (length == size) return;
        write_all(fd, "\r\n", 2);
        bytes += length + 1;
        size -= length + 1;
    }
}

void console_text(const char *bytes, size_t size) {
    static struct output_filter filter;
    char passed[1024];
    while (size > 0) {
        size_t length = sizeof passed - OUTPUT_FILTER_HELD_MAX;
        if (length > size) length = size;
        write_lines(passed, output_filter_feed(&filter, bytes, length, passed));
        bytes += length;
        size -= length;
    }
}

void console_drain(void) { sys_ioctl(fd, TCSBRK, (const void *)1); }

void console_forget_keys(void) { sys_ioctl(fd, TCFLSH, (const void *)TCIFLUSH); }

void console_limit_kernel_log(int level) {
    char text[16];
    text_format(text, sizeof text, "%d\n", level);
    file_write("/proc/sys/kernel/printk", text);
}
