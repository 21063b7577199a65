// A target of libFuzzer: encodes texts with the vocabularies of the GGUFs that ENCODE_TEXT_VOCABULARIES names, a line
// each, and decodes the tokens. An input is a byte for the vocabulary, one for how, one for where the text is
// split into what a template has there and what somebody wrote, and the text.

#include "engine/tokenizer/text_encoder.h"
#include "engine/tokenizer/token_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VOCABULARIES_MAX = 16, TEXT_BYTES_MAX = 1024, FIRST_BYTES = 3 };

struct encoding {
    struct gguf gguf;
    struct vocabulary vocabulary;
    struct text_encoder encoder;
    uint8_t *memory;
    uint64_t size, encoder_at; // of the memory, and where the encoder has its part of it
};

static struct encoding encodings[VOCABULARIES_MAX];
static size_t encoding_count;

// Of the address sanitizer: what is not freed at the end does not matter.
const char *__asan_default_options(void) { return "detect_leaks=0"; }

int LLVMFuzzerInitialize(int *count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static uint8_t *read_file(const char *path, uint64_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) exit(2);
    *size = (uint64_t)ftell(file);
    uint8_t *bytes = malloc(*size);
    rewind(file);
    if (fread(bytes, 1, *size, file) != *size) exit(2);
    fclose(file);
    return bytes;
}

static void set_up(struct encoding *e, const char *path) {
    uint64_t size;
    const uint8_t *bytes = read_file(path, &size);
    struct failure failure;
    struct arena arena = {0};
    if (gguf_read(&e->gguf, bytes, size, &failure) != GGUF_READ) exit(2);
    for (int pass = 0; pass < 2; pass++) {
        if (!vocabulary_set_up(&e->vocabulary, &e->gguf, 0, &arena, &failure)) exit(2);
        e->encoder_at = arena.used;
        text_encoder_set_up(&e->encoder, &e->vocabulary, TEXT_BYTES_MAX, &arena);
        if (pass == 1) break;
        e->size = arena.used;
        e->memory = aligned_alloc(ARENA_ALIGNMENT, e->size);
        arena = (struct arena){.base = e->memory};
    }
}

int LLVMFuzzerInitialize(int *count, char ***arguments) {
    (void)count, (void)arguments;
    const char *named = getenv("ENCODE_TEXT_VOCABULARIES");
    if (named == NULL) exit(2);
    char *paths = strdup(named);
    for (char *path = strtok(paths, "\n"); path != NULL; path = strtok(NULL, "\n")) {
        if (encoding_count == VOCABULARIES_MAX) exit(2);
        set_up(&encodings[encoding_count++], path);
    }
    free(paths);
    return encoding_count == 0 ? exit(2), 0 : 0;
}

// The encoder's memory is of the text's own size, for the sanitizer to watch.
static void fit(struct encoding *e, size_t length) {
#if ZOSIA_WATCHES_ADDRESSES
    __asan_unpoison_memory_region(e->memory + e->encoder_at, e->size - e->encoder_at);
#endif
    struct arena arena = {.base = e->memory, .used = e->encoder_at};
    text_encoder_set_up(&e->encoder, &e->vocabulary, length, &arena);
}

static void decode(const struct vocabulary *v, const uint32_t *tokens, size_t count, unsigned how) {
    uint8_t *bytes = malloc(v->longest_bytes);
    for (size_t i = 0; i < count; i++) {
        if (tokens[i] >= v->count) abort();
        if (token_text(v, tokens[i], how | (i == 0 ? DECODE_FIRST : 0), bytes) > v->longest_bytes) abort();
    }
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    if (size < FIRST_BYTES || size > FIRST_BYTES + TEXT_BYTES_MAX) return 0;
    struct encoding *e = &encodings[bytes[0] % encoding_count];
    size_t length = size - FIRST_BYTES, first = bytes[2] < length ? bytes[2] : length;
    bool is_written = bytes[1] & 1, has_ends = bytes[1] & 2, goes_on = bytes[1] & 4;
    struct text_run runs[] = {{first, is_written}, {length - first, !is_written}};
    char *text = malloc(length);
    memcpy(text, bytes + FIRST_BYTES, length);
    uint32_t *tokens = malloc(text_encoder_max_tokens(length) * sizeof *tokens);
    fit(e, length);
    size_t count = text_encoder_encode_runs(&e->encoder, text, runs, 2, has_ends, goes_on, tokens);
    if (count > text_encoder_max_tokens(length)) abort();
    decode(&e->vocabulary, tokens, count, bytes[1] & 8 ? DECODE_CONTROL_TOKENS : 0);
    free(tokens);
    free(text);
    return 0;
}
