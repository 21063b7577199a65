// find PIECE... AT: where the bytes AT=PART:OFFSET:BYTES of a model are that lies in memory in pieces
// PART:BEGIN:END. Prints the piece and how far into it, or none.

#include <stdio.h>
#include <stdlib.h>

#include "engine/model/weights.h"

const char *__asan_default_options(void) { return "detect_leaks=0"; }

static void read_three(char *text, uint64_t out[3]) {
    for (int i = 0; i < 3; i++) {
        out[i] = strtoull(text, &text, 10);
        if (*text == ':') text++;
    }
}

int main(int count, char **arguments) {
    static struct weights weights;
    static uint8_t memory[64][64];
    uint64_t numbers[3];
    if (count < 2 || count > 64) return 2;
    for (int i = 1; i < count - 1; i++) {
        read_three(arguments[i], numbers);
        weights.pieces[weights.count++] =
            (struct weights_piece){(uint32_t)numbers[0], numbers[1], numbers[2], memory[i]};
    }
    read_three(arguments[count - 1], numbers);
    const uint8_t *found = weights_at(&weights, (uint32_t)numbers[0], numbers[1], numbers[2]);
    if (found == NULL) printf("none\n");
    else printf("%td %td\n", (found - memory[0]) / 64 - 1, (found - memory[0]) % 64);
    return 0;
}
