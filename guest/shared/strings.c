#include "strings.h"

size_t text_length(const char *text) {
    size_t length = 0;
    while (text[length] != '\0') length++;
    return length;
}

bool text_equal(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) a++, b++;
    return *a == *b;
}

void text_put(struct text_writer *out, char byte) {
    if (out->length + 1 < out->size) out->to[out->length++] = byte;
}

void text_put_string(struct text_writer *out, const char *text) {
    while (*text != '\0') text_put(out, *text++);
}

void text_put_number(struct text_writer *out, uint64_t number, unsigned minimum_digits) {
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (unsigned missing = count; missing < minimum_digits; missing++) text_put(out, '0');
    while (count > 0) text_put(out, digits[--count]);
}

void text_put_signed(struct text_writer *out, int number) {
    if (number < 0) text_put(out, '-');
    text_put_number(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 1);
}

size_t text_finish(struct text_writer *out) {
    if (out->size > 0) out->to[out->length] = '\0';
    return out->length;
}
