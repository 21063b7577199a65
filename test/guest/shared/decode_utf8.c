// Decodes standard input as UTF-8, byte by byte, and prints the characters in hexadecimal, one a line.

#include <stdio.h>

#include "shared/utf8.h"

int main(void) {
    struct utf8_decoder decoder = {0};
    int byte;
    while ((byte = getchar()) != EOF) {
        uint32_t characters[2];
        unsigned count = utf8_decode(&decoder, (uint8_t)byte, characters);
        for (unsigned i = 0; i < count; i++) printf("%x\n", characters[i]);
    }
    return 0;
}
