#include "text.h"

size_t text_length(const char *text) {
    size_t length = 0;
    while (text[length] != '\0') length++;
    return length;
}

bool text_equal(const char *a, const char *b) {
    while (*a != '\0' && *a == *b) a++, b++;
    return *a == *b;
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool text_parse_uint64(const char *text, uint64_t *number) {
    if (*text == '\0') return false;
    uint64_t value = 0;
    for (; *text != '\0'; text++) {
        if (!is_digit(*text)) return false;
        if (__builtin_mul_overflow(value, 10, &value)) return false;
        if (__builtin_add_overflow(value, (uint64_t)(*text - '0'), &value)) return false;
    }
    *number = value;
    return true;
}

bool text_parse_decimal(const char *text, double *number) {
    double value = 0, unit = 1;
    bool digits = false, fraction = false;
    for (; *text != '\0'; text++) {
        if (*text == '.' && !fraction) {
            fraction = true;
        } else if (is_digit(*text)) {
            digits = true;
            value = value * 10 + (*text - '0');
            if (fraction) unit *= 10;
        } else {
            return false;
        }
    }
    // Hundreds of digits end as infinity over infinity; no number compares as that does.
    *number = value / unit;
    return digits && *number == *number;
}

struct writer {
    char *to;
    size_t size;
    size_t length;
};

static void put(struct writer *out, char c) {
    if (out->length + 1 < out->size) out->to[out->length++] = c;
}

static void put_text(struct writer *out, const char *text) {
    while (*text != '\0') put(out, *text++);
}

static void put_number(struct writer *out, uint64_t number, unsigned minimum_digits) {
    char digits[20];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (unsigned missing = count; missing < minimum_digits; missing++) put(out, '0');
    while (count > 0) put(out, digits[--count]);
}

// Rounds half up, which for what is printed here is as good as any other way.
static void put_decimal(struct writer *out, double number, unsigned precision) {
    if (number != number) return put_text(out, "nan");
    if (number < 0) {
        put(out, '-');
        number = -number;
    }
    uint64_t unit = 1;
    for (unsigned i = 0; i < precision; i++) unit *= 10;
    if (number > 9e18 / (double)unit) return put_text(out, "huge");
    uint64_t scaled = (uint64_t)(number * (double)unit + 0.5);
    put_number(out, scaled / unit, 1);
    if (precision == 0) return;
    put(out, '.');
    put_number(out, scaled % unit, precision);
}

static void put_signed(struct writer *out, int number) {
    if (number < 0) put(out, '-');
    put_number(out, number < 0 ? 0 - (uint64_t)number : (uint64_t)number, 1);
}

size_t text_format_list(char *to, size_t size, const char *format, va_list arguments) {
    struct writer out = {to, size, 0};
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            put(&out, *format);
            continue;
        }
        unsigned precision = 6;
        format++;
        if (*format == '.') {
            precision = (unsigned)(format[1] - '0');
            format += 2;
        }
        switch (*format) {
        case 's':
            put_text(&out, va_arg(arguments, const char *));
            break;
        case 'c':
            put(&out, (char)va_arg(arguments, int));
            break;
        case 'd':
            put_signed(&out, va_arg(arguments, int));
            break;
        case 'u':
            put_number(&out, va_arg(arguments, unsigned), 1);
            break;
        case 'l': // %llu: 64 bits are the one size that is the same on all targets
            format += 2;
            put_number(&out, va_arg(arguments, unsigned long long), 1);
            break;
        case 'f':
            put_decimal(&out, va_arg(arguments, double), precision);
            break;
        default:
            put(&out, '%');
        }
    }
    if (size > 0) to[out.length] = '\0';
    return out.length;
}

size_t text_format(char *to, size_t size, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    size_t length = text_format_list(to, size, format, arguments);
    va_end(arguments);
    return length;
}
