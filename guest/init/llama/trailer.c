#include "trailer.h"

static const char TRAILER[TRAILER_MAX + 1] = " [end of text]\n\n\n";

enum { LINE_ENDS = 2 };

// Whether `text` ends with the last `count` bytes of the whole trailer.
static bool ends_with_last(const char *text, size_t length, size_t count) {
    if (length < count) return false;
    for (size_t i = 1; i <= count; i++) {
        if (text[length - i] != TRAILER[TRAILER_MAX - i]) return false;
    }
    return true;
}

bool trailer_says_end(const char *text, size_t length) { return ends_with_last(text, length, TRAILER_MAX); }

size_t trailer_strip(const char *text, size_t length, bool ended) {
    if (ended && trailer_says_end(text, length)) return length - TRAILER_MAX;
    return ends_with_last(text, length, LINE_ENDS) ? length - LINE_ENDS : length;
}
