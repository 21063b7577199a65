// Prints the width of every code point, a digit each.

#include <stdio.h>

#include "shared/char_width.h"

int main(void) {
    for (uint32_t character = 0; character < 0x110000; character++) {
        putchar((int)('0' + char_width(character)));
    }
    return 0;
}
