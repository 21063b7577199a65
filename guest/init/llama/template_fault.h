// Why llama.cpp cannot use a chat template: read from what its programs say before they give up.
//
//   E common_chat_templates_init: error: Unexpected token: . of type 17
//   E common_chat_templates_init: failed to initialize chat template
//
// or, when the template parses but cannot be run,
//
//     what():  Unable to generate parser for this template. Automatic parser generation failed:
//   ------------
//   ...
//   Error: Jinja Exception: the first message must be the system's
#ifndef ZOSIA_TEMPLATE_FAULT_H
#define ZOSIA_TEMPLATE_FAULT_H

#include <stdbool.h>

struct template_fault {
    bool found; // counts only once the program has failed: a prompt may hold the same words
    char reason[200]; // printable; empty: none was given
};

// Takes a line of the program's log.
void template_fault_take_line(struct template_fault *fault, const char *line);

// Says on the console that the template cannot be used, and why.
void template_fault_report(const struct template_fault *fault);

#endif
