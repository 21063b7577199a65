// The classes of characters that pre-tokenizers tell apart.
#ifndef ZOSIA_UNICODE_CLASSES_H
#define ZOSIA_UNICODE_CLASSES_H

#include <stdint.h>

enum unicode_class {
    CLASS_LETTER = 1, // general category L
    CLASS_NUMBER = 2, // N
    CLASS_PUNCTUATION = 4, // P
    CLASS_SPACE = 8, // property White_Space
};

// One of them, or 0. Of characters that no Unicode has, too.
unsigned unicode_class(uint32_t character);

#endif
