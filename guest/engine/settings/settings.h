// What llama2.cfg says: lines of `name=value`. Blank lines and lines that start with # are skipped, as are
// blanks round a name and round every value but the texts: the prompt, the template, the system text, the
// pieces of a chat template, and stop strings. In texts \n, \r, \t and \\ stand for a line feed, a carriage
// return, a tab and a backslash.
#ifndef ZOSIA_SETTINGS_H
#define ZOSIA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/failure.h"

enum generation_mode {
    MODE_GENERATE, // continues the prompt
    MODE_CHAT, // answers it, in the form that Llama 2's chat models were trained on
};

enum answer_channel {
    ANSWER_CONSOLE,
    ANSWER_SERIAL, // also as frames of plain UTF-8 on the serial port (firmware/answer.h)
};

// What stands round a prompt: a text in which {prompt} was its place.
struct template {
    const char *before;
    const char *after;
};

// The bytes that it adds to a prompt.
size_t template_length(const struct template *template);

// What a chat template puts round the texts of a conversation. NULL is a piece that was not given; some are
// given, and empty.
struct chat_pieces {
    const char *start; // before the first text of the user, where there is no system text
    const char *system_start; // round a system text, up to the first text of the user
    const char *system_end;
    const char *user_end; // after a text of the user; the model's answer follows
    const char *next; // between an answer and the next text of the user
    // Whether texts of the user, and system texts, lose the blanks at their ends.
    bool trims_user, trims_system;
};

// Whether there is a chat template, and whether it has a place for a system text.
bool chat_pieces_given(const struct chat_pieces *pieces);
bool chat_pieces_take_system(const struct chat_pieces *pieces);

enum { MAX_STOPS = 8 };

// What is said of neither takes what is usual for the kind of model (settings_complete).
#define TOP_K_NOT_GIVEN UINT32_MAX
#define NOT_GIVEN (-1.0f)

struct settings {
    const char *model; // path from the root of the disk
    const char *tokenizer; // likewise
    const char *prompt; // UTF-8; empty for none
    struct template template; // round every prompt that is not empty; mode chat has its own
    const char *system; // before a conversation; empty for none
    struct chat_pieces chat;
    const char *stops[MAX_STOPS]; // texts that end an answer, none of them empty
    uint32_t stop_count;
    uint32_t steps; // positions to run, those of the prompt included; 0 for the whole context
    uint32_t predict; // tokens to generate with a GGUF, to which steps means nothing; 0 for no limit
    uint32_t context; // positions of the KV cache; 0 for what the model was trained for, at most 4096
    float temperature; // 0 always takes the likeliest token; NOT_GIVEN
    float top_p; // 0 and 1 consider all tokens; NOT_GIVEN
    uint32_t top_k; // considers that many of the likeliest tokens, 0 all; TOP_K_NOT_GIVEN
    float min_p; // considers tokens that are so likely beside the likeliest, 0 all; NOT_GIVEN
    float repeat_penalty; // what makes tokens less likely that have just been; 1 leaves them alone
    uint32_t repeat_last_n; // how many tokens have just been
    uint64_t seed; // 0 takes one from the clock
    bool interactive;
    bool power_off;
    int mode; // enum generation_mode
    int answer; // enum answer_channel
};

// What holds where the file, or a line of it, is missing.
extern const struct settings settings_defaults;

// Reads a whole file of `size` bytes into settings that hold the defaults. The file's memory must have a
// further byte, is changed, and is what the texts point to. The first bad line is named by its number;
// the good ones take effect nevertheless.
bool settings_parse(struct settings *settings, char *file, size_t size, struct failure *failure);

// What a model is sampled by unless the settings say otherwise.
enum model_kind {
    KIND_LLAMA2C, // a checkpoint of llama2.c: as run.c does
    KIND_GGUF, // as llama.cpp does
};

// Replaces what was not given by what is usual for the kind of model.
void settings_complete(struct settings *settings, enum model_kind kind);

// Changes one setting; a stop string is a further one. Unless it succeeds, nothing is changed.
bool settings_set(struct settings *settings, const char *name, char *value, struct failure *failure);

#endif
