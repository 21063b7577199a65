#include "utf8.h"

#include <stdbool.h>

static bool is_character(uint32_t character) {
    bool surrogate = character >= 0xd800 && character <= 0xdfff;
    return character <= 0x10ffff && !surrogate;
}

unsigned utf8_decode(struct utf8_decoder *decoder, uint8_t byte, uint32_t characters[2]) {
    unsigned count = 0;
    bool continuation = (byte & 0xc0) == 0x80;
    if (decoder->missing > 0 && continuation) {
        decoder->character = decoder->character << 6 | (byte & 0x3f);
        if (--decoder->missing > 0) return 0;
        bool valid = decoder->character >= decoder->smallest && is_character(decoder->character);
        characters[0] = valid ? decoder->character : UTF8_REPLACEMENT;
        return 1;
    }
    if (decoder->missing > 0) {
        decoder->missing = 0;
        characters[count++] = UTF8_REPLACEMENT;
    }
    if (byte < 0x80) {
        characters[count++] = byte;
    } else if (byte >= 0xc2 && byte <= 0xdf) {
        *decoder = (struct utf8_decoder){byte & 0x1f, 0x80, 1};
    } else if (byte >= 0xe0 && byte <= 0xef) {
        *decoder = (struct utf8_decoder){byte & 0x0f, 0x800, 2};
    } else if (byte >= 0xf0 && byte <= 0xf4) {
        *decoder = (struct utf8_decoder){byte & 0x07, 0x10000, 3};
    } else {
        characters[count++] = UTF8_REPLACEMENT;
    }
    return count;
}

unsigned utf8_encode(uint32_t character, char bytes[UTF8_MAX_BYTES]) {
    if (character < 0x80) {
        bytes[0] = (char)character;
        return 1;
    }
    unsigned count = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (unsigned i = count - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    bytes[0] = (char)(leads[count] | character);
    return count;
}
