// llama-cli at a pseudo-terminal: starting it, reading what it prints, and knowing what it waits for.
#ifndef ZOSIA_LLAMA_CLI_H
#define ZOSIA_LLAMA_CLI_H

#include <stdbool.h>

#include "console/output_filter.h"
#include "kernel/abi.h"
#include "llama/template_fault.h"
#include "model/model.h"
#include "process/relay.h"
#include "request/flags.h"
#include "request/request.h"
#include "screen.h"
#include "text/lines.h"

// All zero at the start.
struct llama_cli {
    struct relay relay;
    int input; // its standard input, a pipe
    bool loaded; // it has waited for input at least once
    bool interrupted; // since it was given its last message
    // Its own.
    struct output_filter filter;
    struct lines log_lines;
    struct template_fault fault;
    bool interrupt_wanted;
    long interrupted_until_ms;
};

// False, with a line on the console, when it cannot be started.
bool llama_cli_start(struct llama_cli *llama, const struct model *model, const struct flags *flags,
                     const struct request *request);

// The pseudo-terminal's master side, where it prints; -1 once it has ended and all is read.
int llama_cli_terminal(const struct llama_cli *llama);

// Takes what it has printed, filtered, to the screen, which has room for OUTPUT_FILTER_HELD_MAX bytes and
// more.
void llama_cli_read(struct llama_cli *llama, struct screen *screen);

void llama_cli_resize(struct llama_cli *llama, const struct window_size *window);

// To be called when it is given a message: an interrupt from before is void.
void llama_cli_begin_message(struct llama_cli *llama);

// Asks for its answer to be interrupted, however often.
void llama_cli_interrupt(struct llama_cli *llama);

// Whether a Ctrl+C now is the one that stopped the last answer, pressed again.
bool llama_cli_was_just_interrupted(const struct llama_cli *llama);

// To be called in each turn while it has a message: interrupts it where that is wanted and safe. Returns
// whether it has come to its prompt, and all it printed before is on the screen.
bool llama_cli_has_come_to_prompt(struct llama_cli *llama, const struct screen *screen);

// Whether it ended because the chat template cannot be used; says so on the console.
bool llama_cli_reports_template(const struct llama_cli *llama);

#endif
