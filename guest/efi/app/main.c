// The llama2 application: a language model with no operating system under it.

#include "firmware/answer.h"
#include "firmware/clock.h"
#include "firmware/console.h"
#include "firmware/firmware.h"
#include "firmware/processors.h"
#include "firmware/terminal.h"
#include "firmware/vectors.h"
#include "generate.h"
#include "interactive.h"
#include "model/text.h"
#include "session.h"
#include "turn.h"

// The file's name without folders and without its last extension.
static void print_banner(const char *model) {
    const char *name = model;
    for (const char *c = model; *c != '\0'; c++) {
        if (*c == '/') name = c + 1;
    }
    size_t length = text_length(name);
    for (size_t i = length; i-- > 1;) {
        if (name[i] == '.') {
            length = i;
            break;
        }
    }
    console_print("========================================\n"
                  "  LLaMA2 Bare-Metal EFI (");
    console_write(name, length);
    console_print(")\n"
                  "  Checkpoint format by Andrej Karpathy\n"
                  "  Architecture by Meta Platforms\n"
                  "========================================\n");
}

static void print_model(const struct session *session) {
    const struct shape *shape = &session->checkpoint.shape;
    unsigned processors = processors_count();
    console_print("Model config: dim=%u, n_layers=%u, n_heads=%u, vocab=%u\n", shape->dim, shape->layers,
                  shape->heads, shape->vocabulary);
    console_print("Weights: %s; %u processor%s, %s\n",
                  session->checkpoint.group_size == 0 ? "float32" : "int8", processors,
                  processors == 1 ? "" : "s", session->transformer.products->name);
}

// Shows that the model works before a whole text depends on it.
static void try_forward(struct session *session) {
    console_print("Running forward pass (token=%u, pos=0)...\n", (unsigned)TOKEN_BOS);
    const float *logits = transformer_forward(&session->transformer, TOKEN_BOS, 0);
    uint32_t top = sampler_argmax(logits, session->checkpoint.shape.vocabulary);
    console_print("Top token: %u (logit=%.3f)\n", top, (double)logits[top]);
}

static bool generate_once(struct session *session, struct failure *failure) {
    struct conversation conversation = {0};
    struct generation generation;
    if (!turn_prepare(session, &conversation, session->settings.prompt, &generation, failure)) {
        return false;
    }
    uint32_t steps = session->settings.steps, context = session->checkpoint.shape.context;
    console_print("Generating %u tokens:\n", steps == 0 || steps > context ? context : steps);
    turn_run(session, &conversation, &generation);
    answer_complete();
    return true;
}

static bool run(struct session *session, struct failure *failure) {
    struct settings *settings = &session->settings;
    if (!session_configure(session, failure)) return false;
    if (settings->answer == ANSWER_SERIAL && !settings->interactive) answer_open();
    print_banner(settings->model);
    if (!session_load(session, failure)) return false;
    print_model(session);
    vectors_enable();
    generate_seed(session, settings->seed);
    try_forward(session);
    if (!settings->interactive) return generate_once(session, failure);
    if (interactive_run(session) == INTERACTIVE_POWER_OFF) settings->power_off = true;
    return true;
}

EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system);
EFI_STATUS EFIAPI efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *system) {
    static struct session session;
    struct failure failure;
    firmware_set_up(image, system);
    clock_set_up();
    terminal_open();
    console_clear();
    bool done = run(&session, &failure);
    if (!done) {
        console_print("zosia: %s\n", failure.text);
        answer_failed(failure.text);
    }
    if (session.settings.power_off) firmware_power_off();
    // The firmware clears the screen when the application is gone.
    if (!done || !session.settings.interactive) {
        struct key key;
        console_print("Press any key to leave.\n");
        console_wait_for_key(&key);
    }
    session_release(&session);
    terminal_close();
    return done ? EFI_SUCCESS : EFI_LOAD_ERROR;
}
