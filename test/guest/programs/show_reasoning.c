// Passes standard input on as a generated text whose reasoning is shown or hidden, in pieces of some size,
// and ends with an error should a piece become longer than it may. Arguments: the size of the pieces,
// "show" or "hide", and the end of the prompt.
#include "kernel/file.h"
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "llama/reasoning.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

static void print(const char *bytes, size_t size, void *context) {
    *(size_t *)context += size;
    write_all(1, bytes, size);
}

static const char *next(const char *argument) { return argument + text_length(argument) + 1; }

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static char arguments[4096], bytes[1024];
    static struct reasoning reasoning;
    unsigned size = 1;
    file_read("/proc/self/cmdline", arguments, sizeof arguments);
    const char *pieces = next(arguments);
    const char *mode = next(pieces);
    const char *digits = pieces;
    text_parse_number(&digits, sizeof bytes, &size);
    size_t printed = 0;
    reasoning_begin(&reasoning, text_equal(mode, "hide"), next(mode), print, &printed);
    long count;
    while ((count = sys_read(0, bytes, size)) > 0) {
        printed = 0;
        reasoning_feed(&reasoning, bytes, (size_t)count, print, &printed);
        if (printed > (size_t)count + REASONING_HELD_MAX) sys_exit(1);
    }
    reasoning_end(&reasoning, print, &printed);
    sys_exit(0);
}
