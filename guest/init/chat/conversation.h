// Who says what: the messages that the user's keys make, when llama-cli gets them, and when it is over.
#ifndef ZOSIA_CONVERSATION_H
#define ZOSIA_CONVERSATION_H

#include <stdbool.h>

#include "kernel/abi.h"
#include "llama_cli.h"
#include "messages.h"
#include "prompt/prompt.h"
#include "screen.h"

// All zero at the start.
struct conversation {
    struct llama_cli llama;
    struct screen screen;
    struct prompt prompt;
    struct messages messages;
    bool at_prompt; // llama-cli waits for a message, and none has been handed to it
    bool end_of_input; // once all messages are answered, it is over
    bool over; // as the user wants it
};

// Does what a key does.
void conversation_key(struct conversation *conversation, const struct key *key);

// llama-cli waits at its prompt: for a message typed ahead, which is shown now, or else for what is being typed.
void conversation_serve_prompt(struct conversation *conversation);

// Shows the prompt, and what is being typed behind it.
void conversation_show_prompt(struct conversation *conversation);

// The window has another size now, and what is being typed is not in it.
void conversation_set_window(struct conversation *conversation, const struct window_size *window);

#endif
