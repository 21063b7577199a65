#include "reasoning.h"

#include "text/text.h"

struct reasoning_tags {
    const char *open, *close;
};

// As models in use have them. No closing tag has its first byte a second time: see close_tag.
static const struct reasoning_tags TAGS[] = {
    {"<think>", "</think>"},         {"<thinking>", "</thinking>"},     {"<thought>", "</thought>"},
    {"<reasoning>", "</reasoning>"}, {"<seed:think>", "</seed:think>"}, {"[THINK]", "[/THINK]"},
};
enum { TAG_COUNT = sizeof TAGS / sizeof TAGS[0] };

static bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static const struct reasoning_tags *find_opened(const char *prompt, const char **at) {
    size_t end = text_length(prompt);
    while (end > 0 && is_space(prompt[end - 1])) end--;
    for (int i = 0; i < TAG_COUNT; i++) {
        size_t length = text_length(TAGS[i].open);
        *at = prompt + end - length;
        if (end >= length && text_starts_with(*at, TAGS[i].open)) return &TAGS[i];
    }
    return NULL;
}

const char *reasoning_opened(const char *prompt) {
    const char *at;
    return find_opened(prompt, &at) != NULL ? at : NULL;
}

void reasoning_begin(struct reasoning *reasoning, bool hidden, const char *prompt_end, reasoning_sink *sink,
                     void *context) {
    const char *at;
    const struct reasoning_tags *opened = find_opened(prompt_end, &at);
    *reasoning = (struct reasoning){.hidden = hidden, .tags = opened, .state = REASONING_DONE};
    if (hidden) {
        reasoning->state = opened != NULL ? REASONING_INSIDE : REASONING_MAYBE;
    } else if (opened != NULL) {
        sink(at, text_length(at), context);
    }
}

// Whether what is held may still become an opening tag, or is one.
static bool may_open(struct reasoning *reasoning) {
    size_t start = 0;
    while (start < reasoning->held_length && is_space(reasoning->held[start])) start++;
    const char *text = reasoning->held + start;
    size_t length = reasoning->held_length - start;
    for (int i = 0; i < TAG_COUNT; i++) {
        const char *open = TAGS[i].open;
        size_t same = 0;
        while (same < length && open[same] != '\0' && text[same] == open[same]) same++;
        if (same < length) continue;
        if (open[same] == '\0') {
            reasoning->tags = &TAGS[i];
            reasoning->state = REASONING_INSIDE;
            reasoning->held_length = 0;
        }
        return true;
    }
    return false;
}

// A closing tag begins anew only with its own first byte, which occurs in it but once.
static void close_tag(struct reasoning *reasoning, char byte) {
    const char *close = reasoning->tags->close;
    if (byte == close[reasoning->matched]) {
        reasoning->matched++;
    } else {
        reasoning->matched = byte == close[0] ? 1 : 0;
    }
    if (close[reasoning->matched] == '\0') reasoning->state = REASONING_AFTER;
}

void reasoning_end(struct reasoning *reasoning, reasoning_sink *sink, void *context) {
    if (reasoning->held_length > 0) sink(reasoning->held, reasoning->held_length, context);
    reasoning->held_length = 0;
    reasoning->state = REASONING_DONE;
}

void reasoning_feed(struct reasoning *reasoning, const char *bytes, size_t size, reasoning_sink *sink,
                    void *context) {
    size_t i = 0;
    for (; i < size && reasoning->state != REASONING_DONE; i++) {
        if (reasoning->state == REASONING_INSIDE) {
            close_tag(reasoning, bytes[i]);
        } else if (reasoning->state == REASONING_AFTER) {
            if (is_space(bytes[i])) continue;
            reasoning->state = REASONING_DONE;
            break;
        } else {
            reasoning->held[reasoning->held_length++] = bytes[i];
            bool open = may_open(reasoning);
            if (!open || reasoning->held_length == REASONING_HELD_MAX) {
                reasoning_end(reasoning, sink, context);
            }
        }
    }
    if (i < size) sink(bytes + i, size - i, context);
}
