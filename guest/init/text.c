#include "text.h"

void *memcpy(void *to, const void *from, size_t size) {
    char *target = to;
    const char *source = from;
    for (size_t i = 0; i < size; i++) target[i] = source[i];
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    char *target = to;
    const char *source = from;
    if (target < source) return memcpy(to, from, size);
    while (size > 0) {
        size--;
        target[size] = source[size];
    }
    return to;
}

void *memset(void *to, int byte, size_t size) {
    char *target = to;
    for (size_t i = 0; i < size; i++) target[i] = (char)byte;
    return to;
}

size_t text_length(const char *text) {
    size_t length = 0;
    while (text[length] != '\0') length++;
    return length;
}

int text_compare(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

bool text_equal(const char *a, const char *b) { return text_compare(a, b) == 0; }

bool text_starts_with(const char *text, const char *prefix) {
    for (; *prefix != '\0'; text++, prefix++) {
        if (*text != *prefix) return false;
    }
    return true;
}

bool text_ends_with(const char *text, const char *suffix) {
    size_t length = text_length(text), suffix_length = text_length(suffix);
    return length >= suffix_length && text_equal(text + length - suffix_length, suffix);
}

bool text_parse_number(const char **cursor, unsigned maximum, unsigned *number) {
    const char *digit = *cursor;
    unsigned long value = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        value = value * 10 + (unsigned long)(*digit - '0');
        if (value > maximum) return false;
    }
    if (digit == *cursor) return false;
    *cursor = digit;
    *number = (unsigned)value;
    return true;
}

struct output {
    char *bytes;
    size_t room;
    size_t length;
};

static void put(struct output *out, char byte) {
    if (out->length < out->room) out->bytes[out->length++] = byte;
}

// At least `width` digits, with zeros in front.
static void put_unsigned(struct output *out, unsigned long number, unsigned width) {
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0 || count < width);
    while (count > 0) put(out, digits[--count]);
}

static void put_number(struct output *out, int number) {
    if (number < 0) put(out, '-');
    put_unsigned(out, number < 0 ? 0u - (unsigned)number : (unsigned)number, 1);
}

size_t text_format_list(char *to, size_t size, const char *format, va_list arguments) {
    struct output out = {to, size - 1, 0};
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        format++;
        if (*format == 's') {
            for (const char *text = va_arg(arguments, const char *); *text != '\0'; text++) {
                put(&out, *text);
            }
        } else if (*format == 'd') {
            put_number(&out, va_arg(arguments, int));
        } else if (text_starts_with(format, "lu")) {
            put_unsigned(&out, va_arg(arguments, unsigned long), 1);
            format++;
        } else {
            put(&out, *format);
        }
    }
    to[out.length] = '\0';
    return out.length;
}

size_t text_format(char *to, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t length = text_format_list(to, size, format, arguments);
    va_end(arguments);
    return length;
}

size_t text_decimal(char *to, size_t size, unsigned long number, unsigned decimals) {
    struct output out = {to, size - 1, 0};
    unsigned long one = 1;
    for (unsigned i = 0; i < decimals; i++) one *= 10;
    put_unsigned(&out, number / one, 1);
    if (decimals > 0) {
        put(&out, '.');
        put_unsigned(&out, number % one, decimals);
    }
    to[out.length] = '\0';
    return out.length;
}

size_t text_printable(char *to, size_t size, const char *text) {
    struct output out = {to, size - 1, 0};
    for (; *text != '\0'; text++) {
        bool control = (unsigned char)*text < ' ' || *text == 0x7f;
        put(&out, control ? '?' : *text);
    }
    to[out.length] = '\0';
    return out.length;
}

const char *text_find(const char *text, const char *part) {
    for (; *text != '\0'; text++) {
        if (text_starts_with(text, part)) return text;
    }
    return NULL;
}
