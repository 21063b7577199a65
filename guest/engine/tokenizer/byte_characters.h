// How byte-level BPE writes bytes as characters that can be seen (GPT-2, bytes_to_unicode): those of Latin-1
// that can be seen stand for themselves, and the others, in order, are the characters from U+0100 on.
#ifndef ZOSIA_BYTE_CHARACTERS_H
#define ZOSIA_BYTE_CHARACTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { BYTE_CHARACTER_BYTES_MAX = 2 };

// Writes the character of a byte as UTF-8, and returns its length: 1 or 2.
uint32_t byte_character(uint8_t byte, uint8_t text[BYTE_CHARACTER_BYTES_MAX]);

// The byte that a character stands for; false if it is not one of the 256.
bool byte_of_character(uint32_t character, uint8_t *byte);

#endif
