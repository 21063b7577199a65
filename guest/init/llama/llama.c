#include "llama.h"

#include <stdint.h>

#include "kernel/statistics.h"
#include "kernel/sys.h"
#include "text/text.h"

// The prompt of a measurement: some dozens of tokens, in any vocabulary no more than its bytes.
#define PERF_PROMPT \
    "Once upon a time there was a lighthouse on a small island in the sea. Every evening the keeper " \
    "climbed the long stairs, lit the lamp, and looked out for the ships that were coming home."

// Room for the prompt beside the tokens; contexts come in multiples of 256.
enum { PERF_PROMPT_TOKENS_MAX = 256, CONTEXT_STEP = 256 };
_Static_assert(sizeof PERF_PROMPT < PERF_PROMPT_TOKENS_MAX, "the prompt fits its room");

#if defined(__aarch64__)
#define TRIPLET "aarch64-linux-gnu"
#else
#define TRIPLET "x86_64-linux-gnu"
#endif

const char *llama_worker_program(void) {
    const char *own = "/usr/bin/ggml-rpc-server";
    return sys_access(own, X_OK) == 0 ? own : "/usr/libexec/" TRIPLET "/llama/bin/ggml-rpc-server";
}

static void add(struct llama_command *command, const char *argument) {
    command->arguments[command->argument_count++] = argument;
}

// A warm-up computes with all of the weights once, before anything is asked: the first answer would only come
// later, and so would the prompt. A machine that is saved before anything is asked has done it once for all.
static void add_no_warm_up(struct llama_command *command, const struct request *request) {
    if (!request->wake) add(command, "--no-warmup");
}

static void add_number(struct llama_command *command, const char *option, char text[12], int number) {
    text_format(text, 12, "%d", number);
    add(command, option);
    add(command, text);
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

// All layers go to the workers, and to each its part by its memory, unless the request says otherwise.
static void add_workers(struct llama_command *command, const struct request *request) {
    if (request->workers == 0) return;
    size_t length = 0;
    for (unsigned i = 0; i < request->workers; i++) {
        length += text_format(command->workers + length, sizeof command->workers - length, "%s127.0.0.1:%d",
                              i == 0 ? "" : ",", LLAMA_WORKER_PORT + (int)i);
    }
    add(command, "--rpc");
    add(command, command->workers);
    add(command, "--n-gpu-layers");
    add(command, "999"); // more than any model has
}

static void add_asked(struct llama_command *command, const struct flags *flags,
                      const struct request *request) {
    if (flags->threads > 0) add_number(command, "--threads", command->threads, flags->threads);
    if (flags->batch_threads > 0) {
        add_number(command, "--threads-batch", command->batch_threads, flags->batch_threads);
    }
    add_workers(command, request);
    if (request->has_chat_template) {
        add(command, "--chat-template-file");
        add(command, REQUEST_CHAT_TEMPLATE_PATH);
    }
    for (int i = 0; i < flags->argument_count; i++) add(command, flags->arguments[i]);
    for (unsigned i = 0; i < request->argument_count; i++) add(command, request->arguments[i]);
}

static void finish(struct llama_command *command, const struct flags *flags,
                   const struct request *request) {
    add(command, NULL);

    text_format(command->term_variable, sizeof command->term_variable, "TERM=%s", request->terminal_type);
    unsigned count = 0;
    command->environment[count++] = "PATH=/usr/bin";
    command->environment[count++] = "HOME=/tmp";
    // llama.cpp reads keys as wide characters: without a UTF-8 locale, anything but ASCII ends the input.
    command->environment[count++] = "LANG=C.UTF-8";
    command->environment[count++] = command->term_variable;
    // zosia has chosen the context and the machine for each other: llama.cpp need not find out what fits.
    command->environment[count++] = "LLAMA_ARG_FIT=off";
    // libgomp's threads would spin while they wait for each other. Where the host has anything else to
    // do, the one that is waited for then does not get on.
    command->environment[count++] =
        flags->threads_spin ? "OMP_WAIT_POLICY=active" : "OMP_WAIT_POLICY=passive";
    command->environment[count] = NULL;
}

void llama_chat_command(struct llama_command *command, const struct model *model, const struct flags *flags,
                        const struct request *request) {
    begin(command, LLAMA_CLI, model);
    // The other programs are asked in text alone.
    if (model->projector[0] != '\0') {
        add(command, "--mmproj");
        add(command, model->projector);
    }
    // An answer of llama-server is looked through by the host instead.
    if (request->reasoning_hidden) {
        add(command, "--reasoning");
        add(command, "off");
        add(command, "--reasoning-budget");
        add(command, "0");
    }
    // init edits the line, and hands over whole messages (messages.h).
    add(command, "--simple-io");
    add_no_warm_up(command, request);
    add_asked(command, flags, request);
    finish(command, flags, request);
}

void llama_server_command(struct llama_command *command, const struct model *model,
                          const struct flags *flags, const struct request *request) {
    begin(command, LLAMA_SERVER, model);
    add(command, "--host");
    add(command, LLAMA_SERVER_SOCKET);
    add(command, "--no-ui");
    // One request at a time, which has all of the context; earlier ones are not kept, which would take memory.
    add(command, "--parallel");
    add(command, "1");
    add(command, "--cache-ram");
    add(command, "0");
    add(command, "--jinja");
    add_no_warm_up(command, request);
    // Why it cannot use the model, or its template, is at this level or below.
    add(command, "--log-verbosity");
    add(command, "3");
    add_asked(command, flags, request);
    finish(command, flags, request);
}

void llama_worker_command(struct llama_command *command, const struct flags *flags,
                          const struct request *request) {
    int processors = (int)processors_online();
    command->argument_count = 0;
    add(command, llama_worker_program());
    add(command, "--host");
    add(command, "127.0.0.1");
    add_number(command, "--port", command->port, LLAMA_WORKER_PORT);
    // By itself it takes half of the processors.
    add_number(command, "--threads", command->threads,
               flags->threads > 0 ? flags->threads
               : processors > 0   ? processors
                                  : 1);
    for (unsigned i = 0; i < request->argument_count; i++) add(command, request->arguments[i]);
    finish(command, flags, request);
}

void llama_perf_command(struct llama_command *command, const struct model *model, const struct flags *flags,
                        const struct request *request) {
    int tokens = flags->perf_tokens + PERF_PROMPT_TOKENS_MAX;
    begin(command, LLAMA_COMPLETION, model);
    // A model's full context would cost memory that the measurement has no use for.
    add_number(command, "--ctx-size", command->context,
               (tokens + CONTEXT_STEP - 1) / CONTEXT_STEP * CONTEXT_STEP);
    add_asked(command, flags, request);
    add(command, "--prompt");
    add(command, PERF_PROMPT);
    add(command, "--no-conversation");
    add(command, "--no-escape");
    // The first token falls out of the prompt's evaluation: the others are what is measured.
    add_number(command, "--n-predict", command->tokens, flags->perf_tokens + 1);
    add(command, "--ignore-eos");
    add(command, "--temp");
    add(command, "0");
    add(command, "--perf");
    add(command, "--warmup");
    add(command, "--log-verbosity");
    add(command, "3"); // the timings are information
    add(command, "--simple-io");
    finish(command, flags, request);
}

void llama_help_command(struct llama_command *command, const char *program, const struct flags *flags,
                        const struct request *request) {
    command->argument_count = 0;
    add(command, program);
    add(command, "--help");
    finish(command, flags, request);
}
