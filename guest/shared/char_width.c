#include "char_width.h"

#include <stddef.h>

#include "char_width_runs.h"

static bool in_runs(const struct run *runs, size_t count, uint32_t character) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (character < runs[middle].first) {
            high = middle;
        } else if (character - runs[middle].first > runs[middle].more) {
            low = middle + 1;
        } else {
            return true;
        }
    }
    return false;
}

unsigned char_width(uint32_t character) {
    if (character < 0xa0) return 1;
    if (in_runs(ZERO, sizeof ZERO / sizeof ZERO[0], character)) return 0;
    return in_runs(WIDE, sizeof WIDE / sizeof WIDE[0], character) ? 2 : 1;
}

bool char_extends(uint32_t character) {
    bool skin_colour = character >= 0x1f3fb && character <= 0x1f3ff;
    return skin_colour || char_width(character) == 0;
}
