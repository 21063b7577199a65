#include "argument_list.h"

int argument_list_split(char *list, const char **arguments, int maximum) {
    if (*list == '\0') return 0;
    int count = 0;
    char *to = list;
    const char *from = list;
    for (;;) {
        if (count == maximum) return -1;
        arguments[count++] = to;
        for (; *from != '\0' && *from != ','; from++) {
            if (*from == '\\' && (from[1] == ',' || from[1] == '\\')) from++;
            *to++ = *from;
        }
        if (*from == '\0') break;
        from++; // before the NUL overwrites the comma
        *to++ = '\0';
    }
    *to = '\0';
    return count;
}
