// The llama.cpp programs in the initramfs and how they are called.
#ifndef ZOSIA_LLAMA_H
#define ZOSIA_LLAMA_H

#include "model/model.h"
#include "request/flags.h"
#include "request/request.h"

#define LLAMA_CLI "/usr/bin/llama-cli"
#define LLAMA_COMPLETION "/usr/bin/llama-completion"
#define LLAMA_SERVER "/usr/bin/llama-server"

// Where llama-server listens. That it is no address, llama.cpp knows by the ending.
#define LLAMA_SERVER_SOCKET "/tmp/llama.sock"

// Where a worker's ggml-rpc-server listens, on the loopback interface; and where a machine with workers has the
// first of them, the others behind it.
enum { LLAMA_WORKER_PORT = 50052 };

// ggml-rpc-server: where llama.cpp of one's own has it, or else where Debian's packages do.
const char *llama_worker_program(void);

struct llama_command {
    const char *arguments[48 + FLAG_ARGUMENTS_MAX + REQUEST_ARGUMENTS_MAX];
    unsigned argument_count;
    const char *environment[8];
    char term_variable[80];
    char threads[12], batch_threads[12], tokens[12], context[12], port[12];
    char workers[REQUEST_WORKERS_MAX * sizeof "127.0.0.1:65535"];
};

// llama.cpp lets the last of two settings win, and the order is always: what the mode wants; the thread
// counts among the boot flags, then their arguments; the arguments of the request.

// The command for a chat on a terminal.
void llama_chat_command(struct llama_command *command, const struct model *model, const struct flags *flags,
                        const struct request *request);

// The command that answers what comes over the socket.
void llama_server_command(struct llama_command *command, const struct model *model,
                          const struct flags *flags, const struct request *request);

// The command that computes for other machines.
void llama_worker_command(struct llama_command *command, const struct flags *flags,
                          const struct request *request);

// The command that evaluates the flags' number of tokens after a fixed prompt, and prints its timings on
// standard error. What makes that a measurement comes last here, so that no argument can undo it.
void llama_perf_command(struct llama_command *command, const struct model *model, const struct flags *flags,
                        const struct request *request);

// The command that prints a program's help.
void llama_help_command(struct llama_command *command, const char *program, const struct flags *flags,
                        const struct request *request);

#endif
