#include "engine/tokenizer/token_text.h"

#include "engine/tokenizer/byte_characters.h"
#include "shared/memory.h"

static int hex_digit(uint8_t c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

// <0x0A>
static size_t put_byte(const struct table_text *text, uint8_t *bytes) {
    if (text->length != 6 || memcmp(text->text, "<0x", 3) != 0 || text->text[5] != '>') return 0;
    int high = hex_digit(text->text[3]), low = hex_digit(text->text[4]);
    if (high < 0 || low < 0) return 0;
    bytes[0] = (uint8_t)(high << 4 | low);
    return 1;
}

static size_t put_text(const struct table_text *text, uint8_t *bytes) {
    memcpy(bytes, text->text, text->length);
    return text->length;
}

// With spaces for U+2581.
static size_t put_spaced(const struct table_text *text, uint8_t *bytes) {
    size_t count = 0;
    for (uint32_t at = 0; at < text->length;) {
        bool space = text->length - at >= 3 && memcmp(text->text + at, "\xe2\x96\x81", 3) == 0;
        bytes[count++] = space ? ' ' : text->text[at];
        at += space ? 3 : 1;
    }
    return count;
}

// Characters of byte-level BPE back to bytes. All of those have up to two bytes; what else there is stays.
static size_t put_mapped(const struct table_text *text, uint8_t *bytes) {
    size_t count = 0;
    for (uint32_t at = 0; at < text->length;) {
        const uint8_t *from = text->text + at;
        bool two = text->length - at >= 2 && (from[0] & 0xe0) == 0xc0 && (from[1] & 0xc0) == 0x80;
        uint32_t character = two ? (uint32_t)(from[0] & 0x1f) << 6 | (from[1] & 0x3f) : from[0];
        uint8_t byte = from[0];
        bool mapped = (two || from[0] < 0x80) && byte_of_character(character, &byte);
        bytes[count++] = mapped ? byte : from[0];
        at += mapped && two ? 2 : 1;
    }
    return count;
}

static size_t put(const struct vocabulary *v, uint32_t token, unsigned how, uint8_t *bytes) {
    unsigned attributes = v->attributes[token];
    const struct table_text *text = &v->texts[token];
    if (attributes & (TOKEN_IS_CONTROL | TOKEN_IS_UNKNOWN)) {
        return how & DECODE_CONTROL_TOKENS ? put_text(text, bytes) : 0;
    }
    if (attributes & TOKEN_IS_USER_DEFINED) return put_text(text, bytes);
    if (attributes & TOKEN_IS_BYTE) return put_byte(text, bytes);
    if (!(attributes & TOKEN_IS_NORMAL)) return 0;
    return v->kind == VOCABULARY_BYTE_PAIRS ? put_mapped(text, bytes) : put_spaced(text, bytes);
}

size_t token_text(const struct vocabulary *v, uint32_t token, unsigned how, uint8_t *bytes) {
    if (token >= v->count) return 0;
    size_t count = put(v, token, how, bytes);
    if (how & DECODE_FIRST && v->add_space_prefix && count > 0 && bytes[0] == ' ') {
        memmove(bytes, bytes + 1, --count);
    }
    return count;
}
