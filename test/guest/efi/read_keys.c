// Prints the keys of a terminal that sends what standard input has: a character as its code point, another
// key as its name. "!" stands before what was pasted. A NUL in the input stands for a pause.

#include <stdio.h>

#include "engine/terminal/terminal_keys.h"

static void show(const struct key *key) {
    static const char *names[] = {"", "up", "left", "right", "home", "end", "delete", "escape"};
    if (key->code != KEY_CHARACTER) printf("%s ", names[key->code]);
    else printf("%s%x ", key->pasted ? "!" : "", key->character);
}

int main(void) {
    struct terminal_keys keys = {0};
    struct key out[2];
    int byte;
    while ((byte = getchar()) != EOF) {
        if (byte == 0) {
            if (terminal_keys_pause(&keys, out)) show(out);
            continue;
        }
        unsigned count = terminal_keys_feed(&keys, (uint8_t)byte, out);
        for (unsigned i = 0; i < count; i++) show(out + i);
    }
    return 0;
}
