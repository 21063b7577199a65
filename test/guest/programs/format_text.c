// Prints each number of its standard input as a decimal with as many decimals as the digit before it
// says: "2 1234" is "12.34". A line each.
#include "kernel/queue.h"
#include "kernel/sys.h"
#include "text/text.h"

__asm__(START_ASSEMBLY);

static unsigned long parse(const char **at) {
    unsigned long number = 0;
    for (; **at >= '0' && **at <= '9'; (*at)++) number = number * 10 + (unsigned long)(**at - '0');
    return number;
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct queue text;
    while (queue_fill(&text, 0) > 0) continue;
    text.bytes[text.end] = '\0';
    for (const char *at = text.bytes; *at != '\0'; at++) {
        char line[64];
        unsigned decimals = (unsigned)parse(&at);
        at++;
        size_t length = text_decimal(line, sizeof line, parse(&at), decimals);
        line[length++] = '\n';
        write_all(1, line, length);
    }
    sys_exit(0);
}
