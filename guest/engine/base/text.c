#include "engine/base/text.h"

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

// Rounds half up, which for what is printed here is as good as any other way.
static void put_decimal(struct text_writer *out, double number, unsigned precision) {
    if (number != number) return text_put_string(out, "nan");
    if (number < 0) {
        text_put(out, '-');
        number = -number;
    }
    uint64_t unit = 1;
    for (unsigned i = 0; i < precision; i++) unit *= 10;
    if (number > 9e18 / (double)unit) return text_put_string(out, "huge");
    uint64_t scaled = (uint64_t)(number * (double)unit + 0.5);
    text_put_number(out, scaled / unit, 1);
    if (precision == 0) return;
    text_put(out, '.');
    text_put_number(out, scaled % unit, precision);
}

size_t text_format_list(char *to, size_t size, const char *format, va_list arguments) {
    struct text_writer out = {to, size, 0};
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            text_put(&out, *format);
            continue;
        }
        unsigned precision = 6;
        format++;
        if (*format == '.') {
            precision = (unsigned)(format[1] - '0');
            format += 2;
        }
        switch (*format) {
        case 's': text_put_string(&out, va_arg(arguments, const char *)); break;
        case 'c': text_put(&out, (char)va_arg(arguments, int)); break;
        case 'd': text_put_signed(&out, va_arg(arguments, int)); break;
        case 'u': text_put_number(&out, va_arg(arguments, unsigned), 1); break;
        case 'l': // %llu: 64 bits are the one size that is the same on all targets
            format += 2;
            text_put_number(&out, va_arg(arguments, unsigned long long), 1);
            break;
        case 'f': put_decimal(&out, va_arg(arguments, double), precision); break;
        default: text_put(&out, '%');
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
