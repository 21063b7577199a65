#include "screen.h"

#include "console/console.h"
#include "kernel/sys.h"
#include "prompt/line_view.h"
#include "text/text.h"

enum { PROMPT_LENGTH = sizeof LINE_PROMPT - 1 };

// How many bytes stay in the queue.
static size_t held(const struct screen *screen) { return screen->holds_prompt ? PROMPT_LENGTH : 0; }

void screen_begin(struct screen *screen) { screen->last = '\n'; }

void screen_flush(struct screen *screen) {
    write_all(console_fd(), screen->output.bytes + screen->output.start, queue_length(&screen->output));
    screen->output.start = screen->output.end = 0;
    screen->holds_prompt = false;
}

void screen_put(void *context, const char *bytes, size_t size) {
    struct screen *screen = context;
    if (size > queue_room(&screen->output)) screen_flush(screen);
    if (size <= queue_room(&screen->output)) queue_append(&screen->output, bytes, size);
    else write_all(console_fd(), bytes, size);
    if (size == 0) return;
    screen->last = bytes[size - 1];
    screen->holds_prompt = false;
}

void screen_note_output(struct screen *screen) {
    const struct queue *output = &screen->output;
    const char *end = output->bytes + output->end;
    if (output->end > 0) screen->last = end[-1];
    screen->holds_prompt = queue_length(output) >= PROMPT_LENGTH &&
                           memcmp(end - PROMPT_LENGTH, LINE_PROMPT, PROMPT_LENGTH) == 0;
}

void screen_release_prompt(struct screen *screen) { screen->holds_prompt = false; }

bool screen_take_prompt(struct screen *screen) {
    bool taken = screen->holds_prompt;
    screen->output.end -= held(screen);
    screen->holds_prompt = false;
    return taken;
}

void screen_hold_prompt(struct screen *screen) {
    screen_put(screen, LINE_PROMPT, PROMPT_LENGTH);
    screen->holds_prompt = true;
}

bool screen_has_output(const struct screen *screen) { return queue_length(&screen->output) > held(screen); }

void screen_write(struct screen *screen) {
    long count = queue_drain(&screen->output, console_fd(), held(screen));
    // Nobody can read it: drop it rather than stop llama-cli for ever.
    if (count < 0 && count != -EAGAIN && count != -EINTR)
        screen->output.start = screen->output.end - held(screen);
}

void screen_finish(struct screen *screen, bool colours) {
    screen_flush(screen);
    if (screen->last == '\n') return;
    if (colours) write_all(console_fd(), "\x1b[0m", 4);
    write_all(console_fd(), "\r\n", 2);
}
