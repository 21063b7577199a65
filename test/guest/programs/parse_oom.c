// Takes its standard input for a record of the kernel's log and prints how much memory a killed process
// had, in KiB: its own, and of mapped files. Prints nothing for another record.
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "process/oom_watch.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct queue text;
    struct oom_victim victim;
    char line[64];
    while (queue_fill(&text, 0) > 0) continue;
    text.bytes[text.end] = '\0';
    if (oom_victim_parse(text.bytes, &victim)) {
        write_all(1, line,
                  text_format(line, sizeof line, "%lu %lu", (unsigned long)victim.own_kib,
                              (unsigned long)victim.mapped_kib));
    }
    sys_exit(0);
}
