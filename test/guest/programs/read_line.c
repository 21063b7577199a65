// Feeds its standard input to init's line editor and prints a letter a byte: t text, e erase, k kill
// line, i interrupt, d end of file, a dot for anything else; for Enter P if the line is /poweroff,
// else L.
#include "line_editor.h"
#include "queue.h"
#include "sys.h"

__asm__(START_ASSEMBLY);

static char letter(struct line_editor *line, unsigned char byte) {
    switch (line_editor_feed(line, byte)) {
    case KEY_TEXT:
        return 't';
    case KEY_ERASE:
        return 'e';
    case KEY_KILL_LINE:
        return 'k';
    case KEY_INTERRUPT:
        return 'i';
    case KEY_END_OF_FILE:
        return 'd';
    case KEY_ENTER: {
        bool power_off = line_editor_is(line, "/poweroff");
        line_editor_clear(line);
        return power_off ? 'P' : 'L';
    }
    default:
        return '.';
    }
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct line_editor line;
    char bytes[4096];
    long count;
    while ((count = sys_read(0, bytes, sizeof bytes)) > 0) {
        for (long i = 0; i < count; i++) bytes[i] = letter(&line, (unsigned char)bytes[i]);
        write_all(1, bytes, (size_t)count);
    }
    sys_exit(0);
}
