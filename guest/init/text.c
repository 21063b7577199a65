#include "text.h"

#include <stdint.h>

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

bool text_parse_long(const char **cursor, unsigned long maximum, unsigned long *number) {
    const char *digit = *cursor;
    unsigned long value = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        unsigned long last = (unsigned long)(*digit - '0');
        if (last > maximum || value > (maximum - last) / 10) return false;
        value = value * 10 + last;
    }
    if (digit == *cursor) return false;
    *cursor = digit;
    *number = value;
    return true;
}

bool text_parse_number(const char **cursor, unsigned maximum, unsigned *number) {
    unsigned long value;
    if (!text_parse_long(cursor, maximum, &value)) return false;
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

// Decodes the character at `text`. Returns its length in bytes, or 0 when it is not UTF-8 (Unicode
// standard, table 3-7).
static size_t decode(const char *text, uint32_t *character) {
    const unsigned char *bytes = (const unsigned char *)text;
    static const uint32_t LOWEST[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = bytes[0];
    size_t length = first < 0x80 ? 1 : first < 0xc0 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf8 ? 4 : 0;
    if (length == 0) return 0;
    *character = length == 1 ? first : first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) return 0; // also the NUL at the end
        *character = *character << 6 | (bytes[i] & 0x3fu);
    }
    bool surrogate = *character >= 0xd800 && *character <= 0xdfff;
    return *character < LOWEST[length] || *character > 0x10ffff || surrogate ? 0 : length;
}

// Controls, and characters that show as nothing or change the order in which others show (Unicode's
// general categories Cc, Cf, Zl and Zp, as far as they are not specific to a script).
static bool is_printable(uint32_t character) {
    static const uint32_t HIDDEN[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0xad, 0xad},     {0x61c, 0x61c},   {0x200b, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f},
    };
    for (size_t i = 0; i < sizeof HIDDEN / sizeof HIDDEN[0]; i++) {
        if (character >= HIDDEN[i][0] && character <= HIDDEN[i][1]) return false;
    }
    return true;
}

size_t text_printable(char *to, size_t size, const char *text) {
    struct output out = {to, size - 1, 0};
    while (*text != '\0') {
        uint32_t character;
        size_t length = decode(text, &character);
        if (length == 0 || !is_printable(character)) {
            put(&out, '?');
        } else if (length > out.room - out.length) {
            break; // no half characters
        } else {
            for (size_t i = 0; i < length; i++) put(&out, text[i]);
        }
        text += length == 0 ? 1 : length;
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
