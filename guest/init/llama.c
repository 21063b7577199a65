#include "llama.h"

#include "console.h"
#include "text.h"

static void add(struct llama_command *command, const char *argument) {
    command->arguments[command->argument_count++] = argument;
}

static void begin(struct llama_command *command, const char *program, const struct model *model) {
    command->argument_count = 0;
    add(command, program);
    add(command, "-m");
    add(command, model->path);
    if (model->adapters[0] != '\0') {
        add(command, "--lora");
        add(command, model->adapters);
    }
}

// The request's arguments come last: llama.cpp lets the last of two settings win.
static void finish(struct llama_command *command, const struct request *request) {
    for (unsigned i = 0; i < request->argument_count; i++) add(command, request->arguments[i]);
    add(command, NULL);

    text_format(command->term_variable, sizeof command->term_variable, "TERM=%s", request->terminal_type);
    unsigned count = 0;
    command->environment[count++] = "PATH=/usr/bin";
    command->environment[count++] = "HOME=/tmp";
    // llama.cpp reads keys as wide characters: without a UTF-8 locale, anything but ASCII ends the input.
    command->environment[count++] = "LANG=C.UTF-8";
    command->environment[count++] = command->term_variable;
    command->environment[count] = NULL;
}

void llama_chat_command(struct llama_command *command, const struct model *model,
                        const struct request *request) {
    begin(command, LLAMA_CLI, model);
    // llama-completion has no such option: it knows nothing but text.
    if (model->projector[0] != '\0') {
        add(command, "--mmproj");
        add(command, model->projector);
    }
    finish(command, request);
}

void llama_answer_command(struct llama_command *command, const struct model *model,
                          const struct request *request) {
    begin(command, LLAMA_COMPLETION, model);
    // The prompt is taken byte for byte: --file would drop a final newline, and backslashes stay.
    add(command, "--binary-file");
    add(command, REQUEST_PROMPT_PATH);
    add(command, "--no-escape");
    // A model with a chat template gets one turn of conversation, any other a completion. Without
    // --jinja only a few well-known templates are understood and the rest abort the program.
    add(command, "--single-turn");
    add(command, "--jinja");
    // A conversation cannot open with an empty turn; text can start from nothing.
    if (request->prompt_empty) add(command, "--no-conversation");
    add(command, "--no-display-prompt");
    // A warm-up is for measuring: the one answer would only come later.
    add(command, "--no-warmup");
    // Errors and warnings; nobody reads the rest, and it costs time to print.
    add(command, "--log-verbosity");
    add(command, "2");
    add(command, "--simple-io");
    add(command, "--color");
    add(command, "off");
    finish(command, request);
}

void llama_report_end(const char *program, int status) {
    if (status > 128) {
        console_line("zosia: %s was killed by signal %d%s", program, status - 128,
                     status == 128 + 9 ? " (out of memory?)" : "");
    } else if (status != 0) {
        console_line("zosia: %s failed with status %d", program, status);
    }
}
