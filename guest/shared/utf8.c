#include "utf8.h"

static bool is_continuation(char byte) { return ((unsigned char)byte & 0xc0) == 0x80; }

static enum utf8_step begin(struct utf8_decoder *decoder, unsigned char byte) {
    if (byte < 0x80) {
        decoder->character = byte;
        return UTF8_CHARACTER;
    }
    if (byte < 0xc2 || byte > 0xf4) return UTF8_MALFORMED;
    unsigned more = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    static const uint32_t minimums[] = {0, 0x80, 0x800, 0x10000};
    decoder->minimum = minimums[more];
    decoder->character = byte & (0x3fu >> more);
    decoder->missing = more;
    return UTF8_INCOMPLETE;
}

enum utf8_step utf8_feed(struct utf8_decoder *decoder, unsigned char byte) {
    if (decoder->missing == 0) return begin(decoder, byte);
    if (!is_continuation((char)byte)) {
        decoder->missing = 0;
        return UTF8_BROKEN_OFF;
    }
    decoder->character = decoder->character << 6 | (byte & 0x3f);
    if (--decoder->missing > 0) return UTF8_INCOMPLETE;
    uint32_t character = decoder->character;
    bool surrogate = character >= 0xd800 && character <= 0xdfff;
    bool valid = character >= decoder->minimum && character <= 0x10ffff && !surrogate;
    return valid ? UTF8_CHARACTER : UTF8_MALFORMED;
}

unsigned utf8_decode(struct utf8_decoder *decoder, unsigned char byte, uint32_t characters[2]) {
    unsigned count = 0;
    enum utf8_step step = utf8_feed(decoder, byte);
    if (step == UTF8_BROKEN_OFF) {
        characters[count++] = UTF8_REPLACEMENT;
        step = utf8_feed(decoder, byte);
    }
    if (step == UTF8_INCOMPLETE) return count;
    characters[count++] = step == UTF8_CHARACTER ? decoder->character : UTF8_REPLACEMENT;
    return count;
}

size_t utf8_encode(uint32_t character, char bytes[UTF8_BYTES_MAX]) {
    if (character < 0x80) {
        bytes[0] = (char)character;
        return 1;
    }
    size_t size = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    for (size_t i = size - 1; i > 0; i--, character >>= 6) bytes[i] = (char)(0x80 | (character & 0x3f));
    bytes[0] = (char)((0xf00u >> size & 0xf0) | character);
    return size;
}

uint32_t utf8_next(const char *text, size_t *at) {
    struct utf8_decoder decoder = {0};
    while (utf8_feed(&decoder, (unsigned char)text[(*at)++]) == UTF8_INCOMPLETE) continue;
    return decoder.character;
}

uint32_t utf8_previous(const char *text, size_t *at) {
    do {
        (*at)--;
    } while (*at > 0 && is_continuation(text[*at]));
    size_t from = *at;
    return utf8_next(text, &from);
}
