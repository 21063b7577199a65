// Parses standard input as llama2.cfg and prints the settings as JSON; after a failure also its text.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/settings.h"

static void print_text(const char *name, const char *text) {
    printf("\"%s\":\"", name);
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\') printf("\\%c", c);
        else if (c < ' ') printf("\\u%04x", c);
        else putchar(c);
    }
    printf("\",");
}

int main(void) {
    enum { CAPACITY = 1 << 20 };
    // Exactly one byte more than the file, so that a checker of memory sees what goes beyond.
    char *input = malloc(CAPACITY);
    size_t size = fread(input, 1, CAPACITY - 1, stdin);
    char *file = malloc(size + 1);
    memcpy(file, input, size);
    struct settings s = settings_defaults;
    struct failure failure;
    printf("{");
    if (!settings_parse(&s, file, size, &failure)) print_text("failure", failure.text);
    print_text("model", s.model);
    print_text("tokenizer", s.tokenizer);
    print_text("prompt", s.prompt);
    print_text("before", s.template.before);
    print_text("after", s.template.after);
    printf("\"steps\":%u,\"temp\":%.9g,\"topP\":%.9g,\"seed\":\"%llu\",", s.steps, (double)s.temperature,
           (double)s.top_p, (unsigned long long)s.seed);
    printf("\"interactive\":%d,\"powerOff\":%d,\"mode\":%d,\"answer\":%d}\n", s.interactive, s.power_off,
           s.mode, s.answer);
    return 0;
}
