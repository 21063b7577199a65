// The llama.cpp programs in the initramfs and how they are called.
#ifndef ZOSIA_LLAMA_H
#define ZOSIA_LLAMA_H

#include "model.h"
#include "request.h"

#define LLAMA_CLI "/usr/bin/llama-cli"
#define LLAMA_COMPLETION "/usr/bin/llama-completion"

struct llama_command {
    const char *arguments[32 + REQUEST_ARGUMENTS_MAX];
    unsigned argument_count;
    const char *environment[8];
    char term_variable[80];
};

// The command for a chat on a terminal.
void llama_chat_command(struct llama_command *command, const struct model *model,
                        const struct request *request);

// The command that answers the request's prompt file with nothing but the answer on standard output.
void llama_answer_command(struct llama_command *command, const struct model *model,
                          const struct request *request);

// Says on the console how a program ended, unless it ended well.
void llama_report_end(const char *program, int status);

#endif
