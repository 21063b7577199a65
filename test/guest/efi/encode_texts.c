// encode_texts TOKENIZER VOCABULARY: encodes the texts in standard input, each ended by a NUL, and
// prints the tokens of each on a line. Status 3 if a text has more bytes than its tokens could hold.
#define _POSIX_C_SOURCE 200809L // strnlen

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/llama2c/encoder.h"

static size_t read_all(FILE *file, uint8_t **bytes) {
    size_t size = 0, capacity = 1 << 16, got;
    *bytes = malloc(capacity);
    while ((got = fread(*bytes + size, 1, capacity - size, file)) > 0) {
        size += got;
        if (size == capacity) *bytes = realloc(*bytes, capacity *= 2);
    }
    return size;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    FILE *file = fopen(arguments[1], "rb");
    if (file == NULL) return 2;
    uint8_t *tokenizer_file, *input;
    size_t tokenizer_bytes = read_all(file, &tokenizer_file), input_bytes = read_all(stdin, &input);
    uint32_t vocabulary = (uint32_t)atoi(arguments[2]);

    struct tokenizer tokenizer;
    struct encoder encoder;
    struct failure failure;
    struct arena arena = {0};
    for (int pass = 0; pass < 2; pass++) {
        if (!tokenizer_set_up(&tokenizer, tokenizer_file, tokenizer_bytes, vocabulary, &arena, &failure)) {
            fprintf(stderr, "%s\n", failure.text);
            return 1;
        }
        encoder_set_up(&encoder, &tokenizer, input_bytes, &arena);
        if (pass == 0) arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    }
    uint32_t *tokens = malloc(encoder_max_tokens(input_bytes) * sizeof *tokens);
    for (size_t position = 0; position < input_bytes;) {
        const char *text = (const char *)input + position;
        size_t length = strnlen(text, input_bytes - position);
        size_t token_count = encoder_encode(&encoder, text, length, tokens);
        if (length > encoder_max_bytes(&encoder, token_count - 1)) return 3;
        for (size_t i = 0; i < token_count; i++) printf(i == 0 ? "%u" : " %u", tokens[i]);
        printf("\n");
        position += length + 1;
    }
    return 0;
}
