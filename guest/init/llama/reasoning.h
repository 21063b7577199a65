// Reasoning: what a model writes between tags, as <think> and </think>, before its answer. Some templates
// open the tag in the prompt already, so that the generated text only closes it.
#ifndef ZOSIA_REASONING_H
#define ZOSIA_REASONING_H

#include <stdbool.h>
#include <stddef.h>

enum { REASONING_HELD_MAX = 32 };

struct reasoning {
    bool hidden;
    enum { REASONING_MAYBE, REASONING_INSIDE, REASONING_AFTER, REASONING_DONE } state;
    const struct reasoning_tags *tags;
    size_t matched; // of the closing tag
    size_t held_length;
    char held[REASONING_HELD_MAX]; // what may yet be an opening tag
};

typedef void reasoning_sink(const char *bytes, size_t size, void *context);

// Where in `prompt` a tag is opened that nothing but white space follows; NULL when none is.
const char *reasoning_opened(const char *prompt);

// Begins a text that follows a prompt with this end. Reasoning is left out with its tags and the white
// space behind it when it is hidden; when it is shown, a tag that the prompt has opened comes first.
void reasoning_begin(struct reasoning *reasoning, bool hidden, const char *prompt_end, reasoning_sink *sink,
                     void *context);

// Passes on of a piece of the text what is to be shown: at most REASONING_HELD_MAX bytes more than it has.
void reasoning_feed(struct reasoning *reasoning, const char *bytes, size_t size, reasoning_sink *sink,
                    void *context);

// Passes on what was held back.
void reasoning_end(struct reasoning *reasoning, reasoning_sink *sink, void *context);

#endif
