#include "interactive.h"

#include "firmware/console.h"
#include "generate.h"
#include "line_input.h"
#include "model/text.h"
#include "turn.h"

static const char help[] =
    "A text and Enter: the model goes on from it. Escape or Ctrl+C stops it.\n"
    "/temp 0.8     temperature; 0 always takes the likeliest token\n"
    "/top_p 0.9    considers only the likeliest tokens; 0 and 1 consider all\n"
    "/seed 42      starts the random numbers anew; 0 takes a seed from the clock\n"
    "/steps 256    tokens, those of the text included; 0 for as many as the model can\n"
    "/help         this\n"
    "/exit         back to the firmware\n"
    "/poweroff     switches the machine off\n"
    "Ctrl+C        clears the line; on an empty one, switches the machine off, as Ctrl+D does\n";

static void show_setting(const struct settings *settings, const char *name) {
    if (text_equal(name, "temp")) {
        console_print("temp is %.2f\n", (double)settings->temperature);
    } else if (text_equal(name, "top_p")) {
        console_print("top_p is %.2f\n", (double)settings->top_p);
    } else if (text_equal(name, "seed")) {
        console_print("seed is %llu\n", (unsigned long long)settings->seed);
    } else if (text_equal(name, "steps")) {
        console_print("steps is %u\n", settings->steps);
    }
}

static bool may_be_changed(const char *name) {
    return text_equal(name, "temp") || text_equal(name, "top_p") || text_equal(name, "seed") ||
           text_equal(name, "steps");
}

// `value` is NULL to be told the present one.
static void change_setting(struct session *session, const char *name, char *value) {
    struct failure failure;
    if (value != NULL && !settings_set(&session->settings, name, value, &failure)) {
        console_print("%s\n", failure.text);
        return;
    }
    if (value != NULL && text_equal(name, "seed")) generate_seed(session, session->settings.seed);
    show_setting(&session->settings, name);
}

enum outcome { STAY, LEAVE, SWITCH_OFF };

// `command` is what follows the slash.
static enum outcome obey(struct session *session, char *command) {
    char *value = command;
    while (*value != '\0' && *value != ' ') value++;
    if (*value == ' ') *value++ = '\0';
    else value = NULL;

    if (text_equal(command, "poweroff")) return SWITCH_OFF;
    if (text_equal(command, "exit")) return LEAVE;
    if (text_equal(command, "help")) {
        console_write(help, sizeof help - 1);
    } else if (may_be_changed(command)) {
        change_setting(session, command, value);
    } else {
        console_print("There is no command /%s; /help tells which there are.\n", command);
    }
    return STAY;
}

enum interactive_end interactive_run(struct session *session) {
    static struct line line;
    static char text[LINE_UTF8_CAPACITY + 1];
    struct conversation conversation = {0};
    bool stopped = false;
    console_print("Type a text, or /help.\n");
    for (;;) {
        if (!line_input(&line, "> ", stopped, text)) return INTERACTIVE_POWER_OFF;
        stopped = false;
        if (text[0] == '/') {
            enum outcome outcome = obey(session, text + 1);
            if (outcome == SWITCH_OFF) return INTERACTIVE_POWER_OFF;
            if (outcome == LEAVE) return INTERACTIVE_EXIT;
            continue;
        }
        struct generation generation;
        struct failure failure;
        if (turn_prepare(session, &conversation, text, &generation, &failure)) {
            turn_run(session, &conversation, &generation);
            stopped = generation.stopped;
        } else {
            console_print("%s\n", failure.text);
        }
    }
}
