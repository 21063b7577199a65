#include "engine/tokenizer/byte_characters.h"

#include "shared/utf8.h"

// The bytes that have other characters: three runs of them, and where their characters start.
enum { FIRST = 0x100, DELETE = 0x7f, SOFT_HYPHEN = 0xad };
enum { OF_DELETE = FIRST + 0x21, OF_SOFT_HYPHEN = OF_DELETE + 1 + 0x21 };

uint32_t byte_character(uint8_t byte, uint8_t text[BYTE_CHARACTER_BYTES_MAX]) {
    uint32_t character = byte;
    if (byte <= ' ') character = FIRST + byte;
    else if (byte >= DELETE && byte <= 0xa0) character = OF_DELETE + (uint32_t)(byte - DELETE);
    else if (byte == SOFT_HYPHEN) character = OF_SOFT_HYPHEN;
    char encoded[UTF8_BYTES_MAX];
    size_t length = utf8_encode(character, encoded);
    for (size_t i = 0; i < length; i++) text[i] = (uint8_t)encoded[i];
    return (uint32_t)length;
}

bool byte_of_character(uint32_t character, uint8_t *byte) {
    if (character > OF_SOFT_HYPHEN) return false;
    if (character == OF_SOFT_HYPHEN) *byte = SOFT_HYPHEN;
    else if (character >= OF_DELETE) *byte = (uint8_t)(character - OF_DELETE + DELETE);
    else if (character >= FIRST) *byte = (uint8_t)(character - FIRST);
    else *byte = (uint8_t)character;
    bool replaced =
        character <= ' ' || (character >= DELETE && character <= 0xa0) || character == SOFT_HYPHEN;
    return !replaced;
}
