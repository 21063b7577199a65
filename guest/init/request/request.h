// The run request: what the host wants of this boot. It arrives as files in /etc/zosia/request,
// unpacked from a small archive appended to the initramfs; all of them may be missing.
#ifndef ZOSIA_REQUEST_H
#define ZOSIA_REQUEST_H

#include <stdbool.h>

#include "kernel/abi.h"

#define REQUEST_CHAT_TEMPLATE_PATH "/etc/zosia/request/chat-template"

enum { REQUEST_ARGUMENTS_MAX = 1024, REQUEST_WORKERS_MAX = 16 };

struct request {
    // Extra llama arguments, in order.
    const char *arguments[REQUEST_ARGUMENTS_MAX];
    unsigned argument_count;
    bool sealed; // whether a NUL is to stand before each of init's lines; see console_seal
    // The chat template of this run is in its file.
    bool has_chat_template;
    // Leave reasoning out, rather than show it.
    bool reasoning_hidden;
    // What is typed comes from a pipe, and its other end wants to know when a line is wanted.
    bool piped;
    // The host wants to be met once the model is ready; see wake/wake.h.
    bool wake;
    // Answer over HTTP what comes through a port, rather than chat.
    bool serve;
    // Compute for other machines, without a model of its own, what comes through a port.
    bool worker;
    // How many other machines compute for this one; 0: it computes itself.
    unsigned workers;
    // The user's terminal.
    struct window_size window;
    char terminal_type[64];
};

// False, with a line on the console, when the request asks for more than init can hold.
bool request_read(struct request *request);

#endif
