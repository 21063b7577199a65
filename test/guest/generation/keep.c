// keep write VOCABULARY CONTEXT PENDING TOKEN...: prints a conversation as a file; PENDING is - for none.
// keep read VOCABULARY CONTEXT: prints the tokens of such a file from standard input. Status 1 if it is refused.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/generation/transcript.h"

const char *__asan_default_options(void) { return "detect_leaks=0"; }

static uint32_t number(const char *text) { return (uint32_t)strtoul(text, NULL, 10); }

static int write_file(char **arguments, int count) {
    struct conversation c = {.position = (uint32_t)count - 5, .context = number(arguments[3])};
    c.tokens = malloc((size_t)c.position * sizeof *c.tokens);
    for (uint32_t i = 0; i < c.position; i++) c.tokens[i] = number(arguments[5 + i]);
    c.has_pending = strcmp(arguments[4], "-") != 0;
    c.pending = number(arguments[4]);
    size_t size = transcript_max_bytes(&c);
    char *file = malloc(size);
    fwrite(file, 1, transcript_write(&c, number(arguments[2]), file, size), stdout);
    return 0;
}

static int read_file(char **arguments) {
    static char input[1 << 20];
    struct failure failure;
    size_t size = fread(input, 1, sizeof input, stdin), count = 0;
    char *file = malloc(size);
    memcpy(file, input, size);
    uint32_t context = number(arguments[3]), *tokens = malloc(context * sizeof *tokens);
    if (!transcript_read(file, size, number(arguments[2]), context, tokens, &count, &failure)) {
        fprintf(stderr, "%s\n", failure.text);
        return 1;
    }
    for (size_t i = 0; i < count; i++) printf("%u ", tokens[i]);
    return 0;
}

int main(int count, char **arguments) {
    if (count < 4) return 2;
    return strcmp(arguments[1], "write") == 0 ? write_file(arguments, count) : read_file(arguments);
}
