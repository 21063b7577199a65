// Takes its standard input for the log of a llama.cpp program, in pieces of a few bytes, and prints the
// timings in it; then what is missing, if anything.
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "llama/timings.h"
#include "text/lines.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

enum { PIECE_SIZE = 7 };

static void take_line(const char *line, void *context) { timings_take_line(context, line); }

static void print(const char *name, unsigned long a, unsigned long b) {
    char line[128];
    write_all(1, line, text_format(line, sizeof line, "%s %lu %lu\n", name, a, b));
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct lines lines;
    static struct timings timings;
    char piece[PIECE_SIZE];
    long count;
    while ((count = sys_read(0, piece, sizeof piece)) > 0) {
        lines_feed(&lines, piece, (size_t)count, take_line, &timings);
    }
    print("threads", timings.threads, timings.batch_threads);
    print("load", timings.load.duration_ns, timings.load.count);
    print("prompt", timings.prompt.duration_ns, timings.prompt.count);
    print("generation", timings.generation.duration_ns, timings.generation.count);
    const char *missing = timings_missing(&timings);
    if (missing != NULL) {
        write_all(1, "missing ", 8);
        write_all(1, missing, text_length(missing));
    }
    sys_exit(0);
}
