#include "engine/tokenizer/unicode_classes.h"

#include <stdbool.h>
#include <stddef.h>

#include "engine/tokenizer/unicode_class_runs.h"

#define COUNT(runs) (sizeof(runs) / sizeof(runs)[0])

static bool in_runs(const struct class_run *runs, size_t count, uint32_t character) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (character < runs[middle].first) high = middle;
        else if (character - runs[middle].first > runs[middle].more) low = middle + 1;
        else return true;
    }
    return false;
}

static unsigned ascii_class(uint32_t c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) return CLASS_LETTER;
    if (c >= '0' && c <= '9') return CLASS_NUMBER;
    if (c == ' ' || (c >= '\t' && c <= '\r')) return CLASS_SPACE;
    switch (c) {
    case '$': // the others that can be seen are symbols
    case '+':
    case '<':
    case '=':
    case '>':
    case '^':
    case '`':
    case '|':
    case '~':
    case 0x7f: return 0;
    default: return c > ' ' ? CLASS_PUNCTUATION : 0;
    }
}

static bool is_space(uint32_t c) {
    return c == 0x85 || c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 ||
           c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

unsigned unicode_class(uint32_t character) {
    if (character < 0x80) return ascii_class(character);
    if (in_runs(LETTERS, COUNT(LETTERS), character)) return CLASS_LETTER;
    if (is_space(character)) return CLASS_SPACE;
    if (in_runs(PUNCTUATION, COUNT(PUNCTUATION), character)) return CLASS_PUNCTUATION;
    return in_runs(NUMBERS, COUNT(NUMBERS), character) ? CLASS_NUMBER : 0;
}
