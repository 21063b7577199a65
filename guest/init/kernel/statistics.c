#include "statistics.h"

#include <stddef.h>
#include <stdint.h>

#include "file.h"
#include "text/text.h"

bool statistic_read(const char *path, const char *name, unsigned *number) {
    static char text[16 * 1024];
    if (file_read(path, text, sizeof text) <= 0) return false;
    size_t length = text_length(name);
    for (const char *line = text; line != NULL; line = text_find(line, "\n")) {
        if (*line == '\n') line++;
        if (!text_starts_with(line, name)) continue;
        const char *value = line + length;
        if (*value != ':' && *value != ' ') continue; // a longer name
        while (*value == ':' || *value == ' ') value++;
        return text_parse_number(&value, UINT32_MAX, number);
    }
    return false;
}

static int read_mib(const char *name) {
    unsigned size_kib = 0;
    return statistic_read("/proc/meminfo", name, &size_kib) ? (int)(size_kib / 1024) : 0;
}

int memory_total_mib(void) { return read_mib("MemTotal"); }
int memory_available_mib(void) { return read_mib("MemAvailable"); }

// Counts a list of ranges such as "0-3,6" (Documentation/admin-guide/cputopology.rst).
static unsigned count_ranges(const char *list) {
    unsigned count = 0, first, last;
    while (text_parse_number(&list, UINT16_MAX, &first)) {
        last = first;
        if (*list == '-') list++;
        text_parse_number(&list, UINT16_MAX, &last);
        if (last >= first) count += last - first + 1;
        if (*list != ',') break;
        list++;
    }
    return count;
}

unsigned processors_online(void) {
    char list[256];
    bool known = file_read("/sys/devices/system/cpu/online", list, sizeof list) > 0;
    return known ? count_ranges(list) : 0;
}
