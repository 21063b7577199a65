// The loaded model, and everything that generating with it takes.
#ifndef ZOSIA_SESSION_H
#define ZOSIA_SESSION_H

#include "blocks.h"
#include "engine/generation/generate.h"
#include "engine/generation/turn.h"
#include "engine/settings/settings.h"
#include "gguf_files.h"

struct session {
    struct settings settings;
    struct model model;
    struct language language;
    struct transformer transformer;
    struct sampler sampler;
    struct conversation conversation;
    struct turn turn;
    struct generation last; // what /stats tells of
    struct block settings_file;
    struct block state; // all that lives beside the weights
    // Of a llama2.c checkpoint:
    struct block weights, tokenizer_file;
    // Of a GGUF:
    struct gguf_on_disk gguf;
};

// Reads llama2.cfg. A missing one leaves the defaults; after a failure, the settings are what the good
// lines make them.
bool session_configure(struct session *session, struct failure *failure);

// Loads a model that has been opened, and closes it.
bool session_load(struct session *session, struct file *model, struct failure *failure);

// How many positions to keep: what the settings ask for, and no more than the model was trained for.
uint32_t session_context(const struct session *session);

// What all kinds of models have beside their own. Measures while the arena has no memory.
void session_lay_out(struct session *session, uint32_t context, struct arena *arena);

// Gives the memory back. The session may be in any state.
void session_release(struct session *session);

#endif
