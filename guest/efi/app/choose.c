#include "choose.h"

#include "engine/base/text.h"
#include "engine/terminal/line.h"
#include "firmware/console.h"
#include "firmware/models.h"
#include "firmware/volumes.h"
#include "line_input.h"

static bool is_named(const struct settings *settings) { return settings->model != settings_defaults.model; }

// Whether somebody is at the console. A machine that answers a program, or is to switch itself off, must not
// wait for anybody.
static bool is_attended(const struct settings *settings) {
    return settings->interactive || (settings->answer == ANSWER_CONSOLE && !settings->power_off);
}

static void show(const struct model_entry *model) {
    const double mebibyte = 1 << 20;
    console_print("%s, ", model->path);
    if (model->parts > 1) console_print("%u parts, the first of ", model->parts);
    console_print("%.1f MiB", (double)model->size_bytes / mebibyte);
    if (model->volume != NULL && model->volume != volume_home()) console_print(", on another disk");
    console_print("\n");
}

// Returns the number of the model, or 0 if the user wants none.
static unsigned ask(const struct model_entry *models, unsigned count) {
    static struct line line;
    static char text[LINE_UTF8_CAPACITY + 1];
    console_print("Models on this machine:\n");
    for (unsigned i = 0; i < count; i++) {
        console_print("%u  ", i + 1);
        show(&models[i]);
    }
    console_print("Type a number and Enter. Enter alone, or Escape: none of them.\n");
    for (;;) {
        uint64_t number;
        if (!line_input(&line, "> ", LINE_INPUT_ESCAPE_ENDS, text) || text[0] == '\0') return 0;
        if (text_parse_uint64(text, &number) && number >= 1 && number <= count) return (unsigned)number;
        console_print("It has to be a number from 1 to %u.\n", count);
    }
}

bool choose_model(struct session *session, struct file *model, struct failure *failure) {
    static struct model_entry models[MODELS_MAX];
    struct settings *settings = &session->settings;
    struct failure reason;
    const bool named = is_named(settings), attended = is_attended(settings);
    enum file_opening opening = file_open(model, settings->model, &reason);
    if (opening == FILE_OPENED) return true;
    // Another model than the one that was asked for is only taken where somebody sees it.
    if (named && (opening != FILE_MISSING || !attended)) return fail(failure, "%s", reason.text);

    unsigned count = models_find(models, MODELS_MAX), number = 1;
    if (count == 0) return fail(failure, "%s, and no disk has a GGUF", reason.text);
    if (named) console_print("There is no %s on the disk.\n", settings->model);
    if (count > 1) {
        if (!attended) return fail(failure, "there are %u models, and llama2.cfg names none", count);
        number = ask(models, count);
        if (number == 0) return fail(failure, "no model was chosen");
    }
    const struct model_entry *chosen = &models[number - 1];
    if (count == 1) {
        console_print("The only model here: ");
        show(chosen);
    }
    settings->model = chosen->path;
    // Whoever starts a disk that says nothing wants to talk.
    if (attended && settings->prompt[0] == '\0') settings->interactive = true;
    return model_open(model, chosen, failure) == FILE_OPENED;
}
