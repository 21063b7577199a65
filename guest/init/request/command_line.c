#include "command_line.h"

#include <stddef.h>

static bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool command_line_next(char **cursor, struct parameter *parameter) {
    char *start = *cursor;
    while (is_space(*start)) start++;
    if (*start == '\0') return false;

    bool quoted = *start == '"', in_quotes = quoted;
    if (quoted) start++;
    char *equals = NULL, *end = start;
    for (; *end != '\0' && (in_quotes || !is_space(*end)); end++) {
        if (*end == '=' && equals == NULL && end > start) equals = end;
        if (*end == '"') in_quotes = !in_quotes;
    }
    *cursor = *end == '\0' ? end : end + 1;
    *end = '\0';

    *parameter = (struct parameter){.name = start};
    char *last = end - 1;
    if (equals != NULL) {
        *equals = '\0';
        parameter->value = equals + 1;
        if (*parameter->value == '"') {
            parameter->value++;
            if (last >= parameter->value && *last == '"') *last-- = '\0';
        }
    }
    char *content = equals != NULL ? parameter->value : start;
    if (quoted && last >= content && *last == '"') *last = '\0';
    return true;
}

static char fold(char c) { return c == '-' ? '_' : c; }

bool parameter_is(const struct parameter *parameter, const char *name) {
    const char *at = parameter->name;
    for (; *at != '\0' && fold(*at) == fold(*name); at++) name++;
    return *at == *name;
}
