// stop COUNT TEXT... PIECE...: prints what is shown of the pieces of an answer that ends with one of COUNT
// texts, after each piece a line, and whether one was found.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/generation/stops.h"

const char *__asan_default_options(void) { return "detect_leaks=0"; }

static void show(void *context, const char *text, size_t length) {
    (void)context;
    for (size_t i = 0; i < length; i++) printf("%02x", (unsigned char)text[i]);
}

int main(int argument_count, char **arguments) {
    if (argument_count < 2) return 2;
    unsigned count = (unsigned)strtoul(arguments[1], NULL, 10);
    struct stops *stops = malloc(sizeof *stops);
    stops_begin(stops, (const char *const *)arguments + 2, count);
    for (int i = 2 + (int)count; i < argument_count; i++) {
        stops_put(stops, arguments[i], strlen(arguments[i]), show, NULL);
        printf("\n");
    }
    bool found = stops->found;
    stops_end(stops, show, NULL);
    printf("\n%s\n", found ? "found" : "none");
    return 0;
}
