// A turn: what a user has written becomes what the model is asked.
#ifndef ZOSIA_TURN_H
#define ZOSIA_TURN_H

#include "engine/base/failure.h"
#include "engine/generation/conversation.h"
#include "engine/language/language.h"
#include "engine/settings/settings.h"

struct turn {
    struct language *language;
    const struct settings *settings;
    char *text; // as much as the language encodes at once
    size_t capacity; // bytes of it
    uint32_t *tokens; // as many as that can become, and one more
};

// Takes the memory, for texts of up to `bytes` bytes with all that stands round them.
void turn_set_up(struct turn *turn, struct language *language, const struct settings *settings,
                 size_t bytes, struct arena *arena);

// The most bytes of text that have to be encoded at once for texts of up to `bytes` bytes.
size_t turn_capacity(const struct settings *settings, size_t bytes);

// Whether turns follow each other in the context; otherwise each starts from nothing.
bool turns_are_a_conversation(const struct settings *settings);

// Whether what stands round a text is answered, and not gone on from.
bool turn_is_answered(const struct settings *settings, const char *text);

// Writes the tokens of a turn and returns how many, and how many may be generated behind them. In a conversation
// that has no room for them it is the beginning of a new one: then, and where there is none, the conversation is
// cleared. Fails, and returns 0, if the text does not fit into the context at all, or leaves no step for an
// answer; the conversation is then as it was.
size_t turn_prepare(struct turn *turn, struct conversation *conversation, const char *text, uint32_t *limit,
                    struct failure *failure);

#endif
