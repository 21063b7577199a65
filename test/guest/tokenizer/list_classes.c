// Prints the class of every code point: L, N, P, S for a space, or a dot.

#include <stdio.h>

#include "engine/tokenizer/unicode_classes.h"

int main(void) {
    for (uint32_t character = 0; character < 0x110000; character++) {
        unsigned class = unicode_class(character);
        putchar(class == CLASS_LETTER        ? 'L'
                : class == CLASS_NUMBER      ? 'N'
                : class == CLASS_PUNCTUATION ? 'P'
                : class == CLASS_SPACE       ? 'S'
                                             : '.');
    }
    return 0;
}
