// The llama2 application: a language model with no operating system under it.

#include "answering.h"
#include "choose.h"
#include "engine/base/text.h"
#include "firmware/answer.h"
#include "firmware/clock.h"
#include "firmware/console.h"
#include "firmware/firmware.h"
#include "firmware/power.h"
#include "firmware/processors.h"
#include "firmware/screen.h"
#include "firmware/terminal.h"
#include "firmware/vectors.h"
#include "interactive.h"
#include "session.h"

// The file's name without folders and without its last extension.
static void print_name(const char *model) {
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
    console_write(name, length);
}

static bool is_checkpoint_name(const char *model) {
    size_t length = text_length(model);
    return length > 4 && text_equal(model + length - 4, ".bin");
}

static void print_banner(const char *model) {
    const bool checkpoint = is_checkpoint_name(model);
    console_print("========================================\n");
    console_print(checkpoint ? "  LLaMA2 Bare-Metal EFI (" : "  zosia Bare-Metal EFI (");
    print_name(model);
    console_print(")\n");
    if (checkpoint)
        console_print("  Checkpoint format by Andrej Karpathy\n  Architecture by Meta Platforms\n");
    console_print("========================================\n");
}

static void print_checkpoint(const struct session *session) {
    const struct shape *shape = &session->model.shape;
    console_print("Model config: dim=%u, n_layers=%u, n_heads=%u, vocab=%u\n", shape->dim, shape->layers,
                  shape->heads, shape->vocabulary);
    console_print("Weights: %s;", session->model.group == 0 ? "float32" : "int8");
}

static void print_gguf(const struct session *session) {
    const struct shape *shape = &session->model.shape;
    console_print("Model: %s, %u layers of %u, %u heads, %u tokens, context %u\n",
                  session->model.architecture, shape->layers, shape->dim, shape->heads, shape->vocabulary,
                  session->conversation.context);
    console_print("Weights: %s;", session->model.layers[0].gate.type->name);
}

static void print_model(const struct session *session) {
    unsigned processors = processors_count();
    if (session->language.is_llama2c) print_checkpoint(session);
    else print_gguf(session);
    console_print(" %u processor%s, %s\n", processors, processors == 1 ? "" : "s",
                  session->transformer.products->name);
}

// Shows that the model works before a whole text depends on it.
static void try_forward(struct session *session) {
    const uint32_t token = TOKEN_BOS;
    console_print("Running forward pass (token=%u, pos=0)...\n", token);
    transformer_run(&session->transformer, &token, 1, 0);
    const float *logits = transformer_logits(&session->transformer);
    uint32_t top = sampler_argmax(logits, session->model.shape.vocabulary);
    console_print("Top token: %u (logit=%.3f)\n", top, (double)logits[top]);
}

static bool generate_once(struct session *session, struct failure *failure) {
    bool stopped;
    if (!answer_turn(session, session->settings.prompt, &stopped, failure)) return false;
    answer_complete();
    return true;
}

static bool run(struct session *session, struct failure *failure) {
    struct settings *settings = &session->settings;
    struct file model;
    if (!session_configure(session, failure)) return false;
    if (settings->answer == ANSWER_SERIAL && !settings->interactive) answer_open();
    if (!choose_model(session, &model, failure)) return false;
    print_banner(settings->model);
    if (!session_load(session, &model, failure)) return false;
    print_model(session);
    vectors_enable();
    answering_seed(session, settings->seed);
    if (session->language.is_llama2c) try_forward(session);
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
    screen_enlarge();
    console_clear();
    bool done = run(&session, &failure);
    if (!done) {
        console_print("zosia: %s\n", failure.text);
        answer_failed(failure.text);
    }
    if (session.settings.power_off) power_off();
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
