#include "farewell.h"

static const char FAREWELL[FAREWELL_MAX + 1] = " [end of text]\n\n\n";

enum { LINE_ENDS = 2 };

// Whether `text` ends with the last `count` bytes of the whole farewell.
static bool ends_with_last(const char *text, size_t length, size_t count) {
    if (length < count) return false;
    for (size_t i = 1; i <= count; i++) {
        if (text[length - i] != FAREWELL[FAREWELL_MAX - i]) return false;
    }
    return true;
}

bool farewell_says_end(const char *text, size_t length) {
    return ends_with_last(text, length, FAREWELL_MAX);
}

size_t farewell_strip(const char *text, size_t length, bool ended) {
    if (ended && farewell_says_end(text, length)) return length - FAREWELL_MAX;
    return ends_with_last(text, length, LINE_ENDS) ? length - LINE_ENDS : length;
}
