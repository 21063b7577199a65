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
