// Edits one line by keys in standard input, as edit_line.c does, and prints what a terminal is sent for it.

#include <stdio.h>

#include "app/line_view.h"
#include "firmware/screen.h"
#include "firmware/terminal.h"

// The terminal is standard output, and there is no screen.
void terminal_put(uint32_t character) {
    char bytes[UTF8_BYTES_MAX];
    fwrite(bytes, 1, utf8_encode(character, bytes), stdout);
}
void terminal_control(const char *sequence) { fputs(sequence, stdout); }
void screen_put(uint32_t character) { (void)character; }
void screen_flush(void) {}
struct screen_position screen_cursor(void) {
    return (struct screen_position){0, 0};
}
void screen_move_cursor(struct screen_position position) { (void)position; }
size_t screen_columns(void) { return 80; }

int main(void) {
    static const char keys[] = "lrhebdwc";
    static const enum line_key edits[] = {LINE_LEFT,      LINE_RIGHT,  LINE_HOME,       LINE_END,
                                          LINE_BACKSPACE, LINE_DELETE, LINE_ERASE_WORD, LINE_CLEAR};
    static struct line line;
    struct utf8_decoder decoder = {0};
    struct line_view view;
    int byte;
    line_view_begin(&view, &terminal_device, 2);
    while ((byte = getchar()) != EOF) {
        uint32_t characters[2];
        unsigned count = utf8_decode(&decoder, (uint8_t)byte, characters);
        for (unsigned i = 0; i < count; i++) {
            enum line_key edit = LINE_CHARACTER;
            for (int k = 0; keys[k] != '\0'; k++) {
                if (characters[i] == (uint32_t)keys[k]) edit = edits[k];
            }
            line_view_update(&view, &line, line_edit(&line, edit, characters[i]));
        }
    }
    return 0;
}
