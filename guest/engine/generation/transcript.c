#include "engine/generation/transcript.h"

#include "engine/base/text.h"

static const char FIRST_LINE[] = "zosia conversation 1", VOCABULARY[] = "vocabulary ";

enum { NUMBER_BYTES = 11, HEAD_BYTES = 64 }; // a number of 32 bits, and a blank

uint64_t transcript_max_bytes_of(uint32_t context) {
    return HEAD_BYTES + ((uint64_t)context + 1) * NUMBER_BYTES;
}

uint64_t transcript_max_bytes(const struct conversation *c) { return transcript_max_bytes_of(c->position); }

size_t transcript_write(const struct conversation *c, uint32_t vocabulary, char *to, size_t size) {
    size_t length = text_format(to, size, "%s\n%s%u\n", FIRST_LINE, VOCABULARY, vocabulary);
    for (uint32_t i = 0; i < c->position; i++) {
        length += text_format(to + length, size - length, "%u ", c->tokens[i]);
    }
    // In a full context there is no place for it any more.
    bool has_pending = c->has_pending && c->position < c->context;
    if (has_pending) length += text_format(to + length, size - length, "%u ", c->pending);
    to[length - 1] = '\n';
    return length;
}

static void skip_blanks(const char **at, const char *end) {
    while (*at < end && (**at == ' ' || **at == '\r' || **at == '\n')) ++*at;
}

static bool skip_text(const char **at, const char *end, const char *text) {
    size_t length = text_length(text);
    skip_blanks(at, end);
    if ((size_t)(end - *at) < length || memcmp(*at, text, length) != 0) return false;
    *at += length;
    return true;
}

// False if no number follows, or one that is too large.
static bool next_number(const char **at, const char *end, uint32_t *number) {
    uint64_t value = 0;
    skip_blanks(at, end);
    if (*at == end || **at < '0' || **at > '9') return false;
    for (; *at < end && **at >= '0' && **at <= '9'; ++*at) {
        value = value * 10 + (uint64_t)(**at - '0');
        if (value > UINT32_MAX) return false;
    }
    *number = (uint32_t)value;
    return true;
}

bool transcript_read(const char *file, size_t size, uint32_t vocabulary, uint32_t context, uint32_t *tokens,
                     size_t *count, struct failure *failure) {
    const char *at = file, *end = file + size;
    uint32_t number;
    if (!skip_text(&at, end, FIRST_LINE) || !skip_text(&at, end, VOCABULARY) ||
        !next_number(&at, end, &number)) {
        return fail(failure, "it is no conversation that was saved");
    }
    // Numbers may lack digits otherwise.
    if (end[-1] != '\n') return fail(failure, "it is damaged: its last line has no end");
    if (number != vocabulary) {
        return fail(failure, "it is a conversation with another model, of %u tokens", number);
    }
    *count = 0;
    while (next_number(&at, end, &number)) {
        if (number >= vocabulary) return fail(failure, "it is damaged: there is no token %u", number);
        if (*count == context) {
            return fail(failure, "it has more tokens than the model can look back on, which are %u",
                        context);
        }
        tokens[(*count)++] = number;
    }
    skip_blanks(&at, end);
    if (at < end)
        return fail(failure, "it is damaged: there is no number behind token %u", (unsigned)*count);
    return true;
}
