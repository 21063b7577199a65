// What llama2.cfg says: lines of `name=value`. Blank lines and lines that start with # are skipped, as are
// blanks round a name and round every value but the prompt and the template. In these two, \n, \r, \t and
// \\ stand for a line feed, a carriage return, a tab and a backslash.
#ifndef ZOSIA_SETTINGS_H
#define ZOSIA_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "failure.h"

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

struct settings {
    const char *model; // path from the root of the disk
    const char *tokenizer; // likewise
    const char *prompt; // UTF-8; empty for none
    struct template template; // round every prompt that is not empty; mode chat has its own
    uint32_t steps; // positions to run, those of the prompt included; 0 for the whole context
    float temperature; // 0 always takes the likeliest token
    float top_p; // 0 and 1 consider all tokens
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

// Changes one setting. Unless it succeeds, nothing is changed.
bool settings_set(struct settings *settings, const char *name, char *value, struct failure *failure);

#endif
