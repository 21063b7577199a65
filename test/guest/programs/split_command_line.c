// Takes its standard input for a kernel command line and prints each parameter: its name, and behind a
// tab its value if it has one.
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "request/command_line.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct queue text;
    struct parameter parameter;
    while (queue_fill(&text, 0) > 0) continue;
    text.bytes[text.end] = '\0';
    for (char *cursor = text.bytes; command_line_next(&cursor, &parameter);) {
        write_all(1, parameter.name, text_length(parameter.name));
        if (parameter.value != NULL) {
            write_all(1, "\t", 1);
            write_all(1, parameter.value, text_length(parameter.value));
        }
        write_all(1, "\n", 1);
    }
    sys_exit(0);
}
