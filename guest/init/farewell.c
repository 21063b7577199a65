#include "farewell.h"

#include <stdbool.h>

static bool ends_with(const char *text, size_t length, const char *suffix, size_t suffix_length) {
    if (length < suffix_length) return false;
    for (size_t i = 0; i < suffix_length; i++) {
        if (text[length - suffix_length + i] != suffix[i]) return false;
    }
    return true;
}

size_t farewell_strip(const char *text, size_t length) {
    static const char END_OF_TEXT[] = " [end of text]\n";
    if (!ends_with(text, length, "\n\n", 2)) return length;
    length -= 2;
    if (ends_with(text, length, END_OF_TEXT, sizeof END_OF_TEXT - 1)) length -= sizeof END_OF_TEXT - 1;
    return length;
}
