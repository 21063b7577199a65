#include "template_fault.h"

#include <stddef.h>

#include "console/console.h"
#include "text/text.h"

static const char *const SIGNS[] = {
    "failed to initialize chat template",
    "Unable to generate parser for this template",
    "chat template parsing error",
};

#define PARSER_ERROR "common_chat_templates_init: error: "
#define RUN_ERROR "Error: "

void template_fault_take_line(struct template_fault *fault, const char *line) {
    for (size_t i = 0; i < sizeof SIGNS / sizeof SIGNS[0]; i++) {
        if (text_find(line, SIGNS[i]) != NULL) fault->found = true;
    }
    const char *reason = text_find(line, PARSER_ERROR);
    if (reason != NULL) {
        reason += sizeof PARSER_ERROR - 1;
    } else if (fault->found && text_starts_with(line, RUN_ERROR)) {
        reason = line + sizeof RUN_ERROR - 1;
    }
    if (reason == NULL) return;
    text_printable(fault->reason, sizeof fault->reason, reason);
    // On a terminal the line ends with an escape sequence that takes its colour back.
    for (size_t i = 0; fault->reason[i] != '\0'; i++) {
        if (reason[i] == '\x1b') fault->reason[i] = '\0';
    }
}

void template_fault_report(const struct template_fault *fault) {
    console_line("zosia: the chat template cannot be used: %s",
                 fault->reason[0] != '\0' ? fault->reason : "llama.cpp does not say why");
}
