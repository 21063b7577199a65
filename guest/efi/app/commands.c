#include "commands.h"

#include "answering.h"
#include "engine/base/text.h"
#include "engine/terminal/line.h"
#include "firmware/console.h"
#include "keeping.h"

static const char help_of_conversations[] =
    "A text and Enter: the model answers. Escape or Ctrl+C stops it.\n"
    "/clear        forgets the conversation\n"
    "/system TEXT  begins a conversation with that system text; alone, without one\n"
    "/save NAME    keeps the conversation on the disk\n"
    "/load NAME    goes on with one that was kept\n";
static const char help_of_texts[] =
    "A text and Enter: the model goes on from it. Escape or Ctrl+C stops it.\n";
static const char help_of_gguf[] =
    "/temp 0.8     temperature; 0 always takes the likeliest token\n"
    "/top_k 40     considers that many of the likeliest tokens; 0 considers all\n"
    "/top_p 0.95   considers only the likeliest tokens; 0 and 1 consider all\n"
    "/min_p 0.05   considers tokens at least so likely beside the likeliest\n"
    "/repeat_penalty 1.1  makes tokens less likely that have just been; 1 leaves them alone\n"
    "/predict 100  tokens of an answer; 0 for as many as there is room for\n";
static const char help_of_llama2c[] =
    "/temp 0.8     temperature; 0 always takes the likeliest token\n"
    "/top_p 0.9    considers only the likeliest tokens; 0 and 1 consider all\n"
    "/steps 256    tokens, those of the text included; 0 for as many as the model can\n";
static const char help_of_all[] =
    "/seed 42      starts the random numbers anew; 0 takes a seed from the clock\n"
    "/stats        how fast it was, and how much of the context is used\n"
    "/help         this\n"
    "/exit         back to the firmware\n"
    "/poweroff     switches the machine off\n"
    "Ctrl+C        clears the line; on an empty one, switches the machine off, as Ctrl+D does\n";

static void help(const struct session *session) {
    bool conversation = turns_are_a_conversation(&session->settings);
    console_print("%s", conversation ? help_of_conversations : help_of_texts);
    const char *sampling = session->language.is_llama2c ? help_of_llama2c : help_of_gguf;
    console_write(sampling, text_length(sampling));
    console_write(help_of_all, sizeof help_of_all - 1);
}

// What may be changed while the machine runs, and of which kind of model.
static const struct changeable {
    const char *name;
    bool of_llama2c, of_gguf;
} changeables[] = {
    {"temp", true, true},   {"top_p", true, true},           {"seed", true, true},
    {"steps", true, false}, {"predict", false, true},        {"top_k", false, true},
    {"min_p", false, true}, {"repeat_penalty", false, true},
};

static bool may_be_changed(const struct session *session, const char *name) {
    for (unsigned i = 0; i < sizeof changeables / sizeof changeables[0]; i++) {
        const struct changeable *c = &changeables[i];
        if (text_equal(c->name, name)) return session->language.is_llama2c ? c->of_llama2c : c->of_gguf;
    }
    return false;
}

static void show_setting(const struct settings *s, const char *name) {
    if (text_equal(name, "temp")) console_print("temp is %.2f\n", (double)s->temperature);
    else if (text_equal(name, "top_p")) console_print("top_p is %.2f\n", (double)s->top_p);
    else if (text_equal(name, "min_p")) console_print("min_p is %.2f\n", (double)s->min_p);
    else if (text_equal(name, "repeat_penalty"))
        console_print("repeat_penalty is %.2f\n", (double)s->repeat_penalty);
    else if (text_equal(name, "seed")) console_print("seed is %llu\n", (unsigned long long)s->seed);
    else if (text_equal(name, "steps")) console_print("steps is %u\n", s->steps);
    else if (text_equal(name, "predict")) console_print("predict is %u\n", s->predict);
    else if (text_equal(name, "top_k")) console_print("top_k is %u\n", s->top_k);
}

// `value` is NULL to be told the present one.
static void change_setting(struct session *session, const char *name, char *value) {
    struct failure failure;
    if (value != NULL && !settings_set(&session->settings, name, value, &failure)) {
        console_print("%s\n", failure.text);
        return;
    }
    if (value != NULL && text_equal(name, "seed")) answering_seed(session, session->settings.seed);
    show_setting(&session->settings, name);
}

static void change_system(struct session *session, const char *value) {
    static char text[LINE_UTF8_CAPACITY + 1];
    if (!chat_pieces_take_system(&session->settings.chat)) {
        console_print("This model's chat template has no place for a system text.\n");
        return;
    }
    text_format(text, sizeof text, "%s", value == NULL ? "" : value);
    session->settings.system = text;
    conversation_clear(&session->conversation);
    console_print("(A new conversation begins.)\n");
}

static void obey_conversation(struct session *session, const char *command, char *value) {
    struct failure failure;
    if (text_equal(command, "clear")) {
        conversation_clear(&session->conversation);
        console_print("(A new conversation begins.)\n");
    } else if (text_equal(command, "system")) {
        change_system(session, value);
    } else if (value == NULL) {
        console_print("Which name? As in /%s talk.txt\n", command);
    } else if (text_equal(command, "save") ? !conversation_save(session, value, &failure)
                                           : !conversation_load(session, value, &failure)) {
        console_print("%s\n", failure.text);
    }
}

static bool is_of_conversations(const char *command) {
    return text_equal(command, "clear") || text_equal(command, "system") || text_equal(command, "save") ||
           text_equal(command, "load");
}

enum command_outcome command_obey(struct session *session, char *command) {
    char *value = command;
    while (*value != '\0' && *value != ' ') value++;
    while (*value == ' ') *value++ = '\0';
    if (*value == '\0') value = NULL;

    if (text_equal(command, "poweroff")) return COMMAND_SWITCH_OFF;
    if (text_equal(command, "exit")) return COMMAND_LEAVE;
    if (text_equal(command, "help")) {
        help(session);
    } else if (text_equal(command, "stats")) {
        answering_tell(session);
    } else if (is_of_conversations(command) && turns_are_a_conversation(&session->settings)) {
        obey_conversation(session, command, value);
    } else if (may_be_changed(session, command)) {
        change_setting(session, command, value);
    } else {
        console_print("There is no command /%s; /help tells which there are.\n", command);
    }
    return COMMAND_STAY;
}
