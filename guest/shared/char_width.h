// How many columns of a terminal a character takes.
#ifndef ZOSIA_CHAR_WIDTH_H
#define ZOSIA_CHAR_WIDTH_H

#include <stdbool.h>
#include <stdint.h>

// 0 for a combining mark, 2 for a wide character, else 1. Control characters are the caller's business.
unsigned char_width(uint32_t character);

// Whether a character belongs to the one before it, as a combining mark or an emoji's skin colour does.
bool char_extends(uint32_t character);

#endif
