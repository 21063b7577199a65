#include "engine/settings/values.h"

#include "engine/base/text.h"

bool value_decimal(float *field, const char *value, double minimum, double maximum) {
    double number;
    if (!text_parse_decimal(value, &number) || number < minimum || number > maximum) return false;
    *field = (float)number;
    return true;
}

bool value_whole(uint32_t *field, const char *value) {
    uint64_t number;
    if (!text_parse_uint64(value, &number) || number > INT32_MAX) return false;
    *field = (uint32_t)number;
    return true;
}

bool value_choice(int *field, const char *value, const char *const names[2]) {
    for (int i = 0; i < 2; i++) {
        if (text_equal(value, names[i])) {
            *field = i;
            return true;
        }
    }
    return false;
}

// In place: what an escape stands for is shorter than the escape.
static bool unescape(char *text) {
    char *to = text;
    for (; *text != '\0'; text++) {
        if (*text != '\\') {
            *to++ = *text;
            continue;
        }
        switch (*++text) {
        case 'n': *to++ = '\n'; break;
        case 'r': *to++ = '\r'; break;
        case 't': *to++ = '\t'; break;
        case '\\': *to++ = '\\'; break;
        default: return false;
        }
    }
    *to = '\0';
    return true;
}

bool value_text(const char **field, char *value) {
    if (!unescape(value)) return false;
    *field = value;
    return true;
}

static char *find_text(char *text, const char *wanted, size_t length) {
    for (; *text != '\0'; text++) {
        size_t same = 0;
        while (same < length && text[same] == wanted[same]) same++;
        if (same == length) return text;
    }
    return NULL;
}

bool value_template(struct template *field, char *text) {
    static const char place[] = "{prompt}";
    const size_t length = sizeof place - 1;
    if (!unescape(text)) return false;
    char *found = find_text(text, place, length);
    if (found == NULL || find_text(found + length, place, length) != NULL) return false;
    *found = '\0';
    *field = (struct template){.before = text, .after = found + length};
    return true;
}

bool value_is_blank(char c) { return c == ' ' || c == '\t'; }

char *value_trim(char *text) {
    while (value_is_blank(*text)) text++;
    size_t length = text_length(text);
    while (length > 0 && value_is_blank(text[length - 1])) length--;
    text[length] = '\0';
    return text;
}
