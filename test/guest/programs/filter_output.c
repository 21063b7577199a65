// Passes standard input through the filter for programs' output, in pieces of the size that its argument
// gives, and ends with an error should it write more than it may.
#include "console/output_filter.h"
#include "kernel/file.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static char arguments[4096], bytes[1024], passed[1024 + OUTPUT_FILTER_HELD_MAX];
    static struct output_filter filter;
    unsigned size = 1;
    file_read("/proc/self/cmdline", arguments, sizeof arguments);
    const char *digits = arguments + text_length(arguments) + 1;
    text_parse_number(&digits, sizeof bytes, &size);
    long count;
    while ((count = sys_read(0, bytes, size)) > 0) {
        size_t length = output_filter_feed(&filter, bytes, (size_t)count, passed);
        if (length > (size_t)count + OUTPUT_FILTER_HELD_MAX) sys_exit(1);
        write_all(1, passed, length);
    }
    sys_exit(0);
}
