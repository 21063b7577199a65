#include "screen.h"

#include "console/console.h"
#include "kernel/sys.h"

void screen_begin(struct screen *screen) { screen->last = '\n'; }

void screen_flush(struct screen *screen) {
    write_all(console_fd(), screen->output.bytes + screen->output.start, queue_length(&screen->output));
    screen->output.start = screen->output.end = 0;
}

void screen_put(void *context, const char *bytes, size_t size) {
    struct screen *screen = context;
    if (size > queue_room(&screen->output)) screen_flush(screen);
    if (size <= queue_room(&screen->output)) queue_append(&screen->output, bytes, size);
    else write_all(console_fd(), bytes, size);
    if (size > 0) screen->last = bytes[size - 1];
}

void screen_note_output(struct screen *screen) {
    if (screen->output.end > 0) screen->last = screen->output.bytes[screen->output.end - 1];
}

bool screen_has_output(const struct screen *screen) { return queue_length(&screen->output) > 0; }

void screen_write(struct screen *screen) {
    long count = queue_drain(&screen->output, console_fd(), 0);
    // Nobody can read it: drop it rather than stop llama-cli for ever.
    if (count < 0 && count != -EAGAIN && count != -EINTR) screen->output.start = screen->output.end;
}

void screen_finish(struct screen *screen, bool colours) {
    screen_flush(screen);
    if (screen->last == '\n') return;
    if (colours) write_all(console_fd(), "\x1b[0m", 4);
    write_all(console_fd(), "\r\n", 2);
}
