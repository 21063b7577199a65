#include "text.h"

#include <stdint.h>

#include "shared/utf8.h"

int text_compare(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

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

size_t text_format_list(char *to, size_t size, const char *format, va_list arguments) {
    struct text_writer out = {to, size, 0};
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            text_put(&out, *format);
            continue;
        }
        format++;
        if (*format == 's') {
            text_put_string(&out, va_arg(arguments, const char *));
        } else if (*format == 'd') {
            text_put_signed(&out, va_arg(arguments, int));
        } else if (text_starts_with(format, "lu")) {
            text_put_number(&out, va_arg(arguments, unsigned long), 1);
            format++;
        } else {
            text_put(&out, *format);
        }
    }
    return text_finish(&out);
}

size_t text_format(char *to, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t length = text_format_list(to, size, format, arguments);
    va_end(arguments);
    return length;
}

size_t text_decimal(char *to, size_t size, unsigned long number, unsigned decimals) {
    struct text_writer out = {to, size, 0};
    unsigned long one = 1;
    for (unsigned i = 0; i < decimals; i++) one *= 10;
    text_put_number(&out, number / one, 1);
    if (decimals > 0) {
        text_put(&out, '.');
        text_put_number(&out, number % one, decimals);
    }
    return text_finish(&out);
}

// The length in bytes of the character at `text`; 0 when it is not UTF-8.
static size_t decode(const char *text, uint32_t *character) {
    struct utf8_decoder decoder = {0};
    enum utf8_step step;
    size_t length = 0;
    do {
        step = utf8_feed(&decoder, (unsigned char)text[length++]); // the NUL at the end breaks off
    } while (step == UTF8_INCOMPLETE);
    *character = decoder.character;
    return step == UTF8_CHARACTER ? length : 0;
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
    struct text_writer out = {to, size, 0};
    while (*text != '\0') {
        uint32_t character;
        size_t length = decode(text, &character);
        if (length == 0 || !is_printable(character)) {
            text_put(&out, '?');
        } else if (out.length + length >= size) {
            break; // no half characters
        } else {
            for (size_t i = 0; i < length; i++) text_put(&out, text[i]);
        }
        text += length == 0 ? 1 : length;
    }
    return text_finish(&out);
}

const char *text_find(const char *text, const char *part) {
    for (; *text != '\0'; text++) {
        if (text_starts_with(text, part)) return text;
    }
    return NULL;
}
