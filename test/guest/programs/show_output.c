// Passes llama-cli's output through the screen of a chat. Standard input holds pieces, each behind its length
// in one byte; an empty one says that llama-cli waits for input, and 255 stands for leaving, and coming back.
// A null byte on the console, which is standard output, follows what each of them made the screen write.
#include "chat/screen.h"
#include "console/console.h"
#include "kernel/sys.h"

enum { LEAVE = 255 };

int console_fd(void) { return 1; }

static void take(struct screen *screen, unsigned char length) {
    char bytes[LEAVE];
    if (length == 0) {
        screen_release_prompt(screen);
    } else if (length == LEAVE) {
        bool held = screen_take_prompt(screen);
        screen_finish(screen, false);
        screen_begin(screen);
        if (held) screen_hold_prompt(screen);
    } else {
        sys_read(0, bytes, length);
        queue_append(&screen->output, bytes, length);
        screen_note_output(screen);
    }
    screen_write(screen);
}

__asm__(START_ASSEMBLY);

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct screen screen;
    unsigned char length;
    screen_begin(&screen);
    while (sys_read(0, &length, 1) == 1) {
        take(&screen, length);
        if (!screen_has_output(&screen)) write_all(console_fd(), "", 1);
    }
    screen_flush(&screen);
    sys_exit(0);
}
