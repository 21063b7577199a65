// Takes its standard input for the log of llama-completion, in pieces of a few bytes, and prints the lines
// that may be shown, then what the log says of the generation. The argument is the context that was asked
// for, in tokens.
#include "kernel/file.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "llama/generation.h"
#include "llama/template_fault.h"
#include "text/lines.h"
#include "text/text.h"

#include "print.h"

__asm__(START_ASSEMBLY);

enum { PIECE_SIZE = 7 };

static void take_line(const char *line, void *context) {
    if (generation_take_line(context, line)) print("shown %s", line);
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct lines lines;
    static struct generation generation;
    static char arguments[4096];
    char piece[PIECE_SIZE];
    long count;
    file_read("/proc/self/cmdline", arguments, sizeof arguments);
    const char *digits = arguments + text_length(arguments) + 1;
    text_parse_number(&digits, 1000000000, &generation.context_asked);
    while ((count = sys_read(0, piece, sizeof piece)) > 0) {
        lines_feed(&lines, piece, (size_t)count, take_line, &generation);
    }
    print("reason %s, or %s", generation_reason(&generation, false), generation_reason(&generation, true));
    print("prompt %d", (int)generation.prompt_tokens);
    print("drawn %d", (int)generation.drawn_tokens);
    print("context %d", (int)generation.context_tokens);
    if (generation.conversing) print("conversing");
    if (generation.prompt_too_long) print("too long for %d", (int)generation.prompt_room);
    if (generation.fault.found) template_fault_report(&generation.fault);
    print("prompt end: %s", generation.prompt_end);
    sys_exit(0);
}
