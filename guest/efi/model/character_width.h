// How many columns of a terminal a character takes.
#ifndef ZOSIA_CHARACTER_WIDTH_H
#define ZOSIA_CHARACTER_WIDTH_H

#include <stdint.h>

// 0 for one that is shown over the one before (combining marks, joiners, variation selectors), 2 for wide
// ones (Unicode, UAX #11: East Asian Wide and Fullwidth; emoji), else 1.
unsigned character_width(uint32_t character);

#endif
