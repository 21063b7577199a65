#include "generation.h"

#include "text/text.h"

enum { COUNT_MAX = 100000000, CONTEXT_MIN = 8 };

// What is behind `words`; NULL when the line does not have them.
static const char *behind(const char *line, const char *words) {
    const char *at = text_find(line, words);
    return at == NULL ? NULL : at + text_length(words);
}

static bool number_behind(const char *line, const char *words, unsigned *number) {
    const char *at = behind(line, words);
    if (at == NULL) return false;
    while (*at == ' ') at++;
    return text_parse_number(&at, COUNT_MAX, number);
}

static void append_to_prompt_end(struct generation *generation, const char *text, size_t size) {
    char *end = generation->prompt_end;
    size_t room = sizeof generation->prompt_end - 1;
    if (size > room) {
        text += size - room;
        size = room;
    }
    size_t length = generation->prompt_end_length;
    size_t dropped = length + size > room ? length + size - room : 0;
    memmove(end, end + dropped, length - dropped);
    memcpy(end + length - dropped, text, size);
    generation->prompt_end_length = length - dropped + size;
    end[generation->prompt_end_length] = '\0';
}

// A token's text stands between quotes; one with a line feed in it goes on in the next line.
static void take_token(struct generation *generation, const char *text) {
    size_t length = text_length(text);
    bool whole = length > 0 && text[length - 1] == '\'';
    append_to_prompt_end(generation, text, whole ? length - 1 : length);
    if (!whole) append_to_prompt_end(generation, "\n", 1);
}

// The prompt is one thing in the log that may hold lines like any other. But as many tokens as it claims
// to have are listed only for a prompt that has them.
static void end_list(struct generation *generation) {
    generation->list = LIST_NONE;
    if (generation->list_seen < generation->list_claimed) return;
    generation->prompt_tokens = generation->list_claimed;
    unsigned asked = generation->context_asked;
    if (asked == 0) return;
    // llama.cpp has no smaller one.
    if (asked < CONTEXT_MIN) asked = CONTEXT_MIN;
    generation->prompt_room = asked;
    generation->prompt_too_long = generation->prompt_tokens > asked;
}

static bool take_listed(struct generation *generation, const char *line) {
    unsigned count;
    if (number_behind(line, ": number of tokens in prompt =", &count)) {
        generation->list = LIST_TOKENS;
        generation->list_claimed = count;
        generation->list_seen = 0;
        generation->prompt_end_length = 0;
        return false;
    }
    if (generation->list == LIST_NONE && text_find(line, "llama_completion: prompt: '") != NULL) {
        generation->list = LIST_PROMPT;
    }
    if (generation->list != LIST_TOKENS) return generation->list == LIST_NONE;
    const char *token = behind(line, " -> '");
    if (token != NULL) {
        generation->list_seen++;
        take_token(generation, token);
        return false;
    }
    if (text_find(line, "sampler seed:") != NULL) {
        end_list(generation);
        return true;
    }
    if (text_ends_with(line, "'")) take_token(generation, line);
    return false;
}

bool generation_take_line(struct generation *generation, const char *line) {
    if (!take_listed(generation, line)) return false;
    template_fault_take_line(&generation->fault, line);
    unsigned number;
    if (number_behind(line, ": prompt is too long (", &number)) {
        generation->prompt_too_long = true;
        generation->prompt_tokens = number;
        number_behind(line, "tokens, max ", &generation->prompt_room);
    } else if (text_find(line, ": chat template example:") != NULL) {
        generation->conversing = true;
    } else if (number_behind(line, " generate: n_ctx =", &number)) {
        generation->context_tokens = number;
        // -1 is as long as it likes, and -2 as long as the context.
        generation->limited = number_behind(line, " n_predict =", &generation->limit);
    } else if (text_find(line, ": context full and ") != NULL) {
        generation->context_full = true;
    } else if (number_behind(line, "samplers time =", &number) && number_behind(line, " ms /", &number)) {
        if (number > generation->prompt_tokens) {
            generation->drawn_tokens = number - generation->prompt_tokens;
        }
    }
    return true;
}

const char *generation_reason(const struct generation *generation, bool says_end) {
    if (generation->context_full) return "context";
    if (says_end) return "end";
    if (generation->drawn_tokens == 0) return "unknown";
    return generation->limited && generation->drawn_tokens >= generation->limit ? "tokens" : "stop";
}
