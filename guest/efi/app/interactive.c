#include "interactive.h"

#include "answering.h"
#include "commands.h"
#include "engine/base/text.h"
#include "firmware/console.h"
#include "line_input.h"

enum interactive_end interactive_run(struct session *session) {
    static struct line line;
    static char text[LINE_UTF8_CAPACITY + 1];
    bool stopped = false;
    console_print("Type a text, or /help.\n");
    for (;;) {
        if (!line_input(&line, "> ", stopped ? LINE_INPUT_AFTER_STOP : 0, text))
            return INTERACTIVE_POWER_OFF;
        stopped = false;
        if (line.is_cut) {
            line.is_cut = false;
            console_print(
                "A line has up to %u characters, and this one more: nothing was read of it. --prompt takes "
                "longer ones.\n",
                LINE_CAPACITY);
            continue;
        }
        if (text[0] == '/') {
            enum command_outcome outcome = command_obey(session, text + 1);
            if (outcome == COMMAND_SWITCH_OFF) return INTERACTIVE_POWER_OFF;
            if (outcome == COMMAND_LEAVE) return INTERACTIVE_EXIT;
            continue;
        }
        struct failure failure;
        if (!answer_turn(session, text, &stopped, &failure)) console_print("%s\n", failure.text);
    }
}
