// Takes its standard input for a kernel command line and prints the boot flags in it, a line each, after
// what init has to say about them.
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "request/flags.h"
#include "text/text.h"

#include "print.h"

__asm__(START_ASSEMBLY);

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct queue text;
    static struct flags flags;
    while (queue_fill(&text, 0) > 0) continue;
    text.bytes[text.end] = '\0';
    flags_parse(&flags, text.bytes);
    print("diag %d", flags_have(&flags, FLAG_DIAG));
    print("selftest %d", flags_have(&flags, FLAG_SELFTEST));
    print("perf %d", flags_have(&flags, FLAG_PERF));
    print("ci %d", flags_have(&flags, FLAG_CI));
    print("verbose %d", flags_have(&flags, FLAG_VERBOSE));
    print("tokens %d", flags.perf_tokens);
    print("threads %d", flags.threads);
    print("batch_threads %d", flags.batch_threads);
    print("time_limit %d", flags.time_limit_s);
    print("wait %s", flags.threads_spin ? "spin" : "sleep");
    for (int i = 0; i < flags.argument_count; i++) print("argument %s", flags.arguments[i]);
    sys_exit(0);
}
