#include "engine/gguf/split_name.h"

#include <stddef.h>

#include "shared/memory.h"
#include "shared/strings.h"

enum { DIGITS = 5, OF_BYTES = 4 };

static const char ending[] = ".gguf";

static bool read_number(const char *digits, unsigned *number) {
    *number = 0;
    for (int i = 0; i < DIGITS; i++) {
        if (digits[i] < '0' || digits[i] > '9') return false;
        *number = *number * 10 + (unsigned)(digits[i] - '0');
    }
    return true;
}

// Where the number starts; 0 if there is none.
static size_t number_at(const char *name) {
    const size_t tail = 1 + DIGITS + OF_BYTES + DIGITS + sizeof ending - 1;
    size_t length = text_length(name);
    if (length < tail || !text_equal(name + length - (sizeof ending - 1), ending)) return 0;
    const char *dash = name + length - tail;
    if (*dash != '-' || memcmp(dash + 1 + DIGITS, "-of-", OF_BYTES) != 0) return 0;
    return (size_t)(dash + 1 - name);
}

bool split_name_parse(const char *name, unsigned *number, unsigned *count) {
    size_t at = number_at(name);
    return at != 0 && read_number(name + at, number) && read_number(name + at + DIGITS + OF_BYTES, count) &&
           *number >= 1 && *number <= *count;
}

bool split_name_set_number(char *name, unsigned number) {
    unsigned present, count;
    if (!split_name_parse(name, &present, &count) || number < 1 || number > count) return false;
    char *digits = name + number_at(name);
    for (int i = DIGITS; i-- > 0; number /= 10) digits[i] = (char)('0' + number % 10);
    return true;
}
