// The loaded model, and everything that generating with it takes.
#ifndef ZOSIA_SESSION_H
#define ZOSIA_SESSION_H

#include "model/encoder.h"
#include "model/sampler.h"
#include "model/settings.h"
#include "model/transformer.h"

struct block {
    void *memory;
    uint64_t size_bytes;
};

struct session {
    struct settings settings;
    struct checkpoint checkpoint;
    struct tokenizer tokenizer;
    struct encoder encoder;
    struct transformer transformer;
    struct sampler sampler;
    // For turns: as much text as the encoder takes, and one token more than it makes of that.
    char *turn_text;
    uint32_t *turn_tokens;
    struct block settings_file, weights, tokenizer_file, state;
};

// Reads llama2.cfg. A missing one leaves the defaults; after a failure, the settings are what the good
// lines make them.
bool session_configure(struct session *session, struct failure *failure);

// Loads the checkpoint and the tokenizer that the settings name.
bool session_load(struct session *session, struct failure *failure);

// Gives the memory back. The session may be in any state.
void session_release(struct session *session);

#endif
