// tokenize GGUF HOW ROWS: standard input has texts, each after its length as four bytes, and for each a line
// is printed. HOW is made of the letters e (with begin and end of text), c (control tokens in text are those)
// and, of what is printed, t (the tokens' numbers), d (the bytes that they mean, in hexadecimal), s (likewise,
// with control tokens). Without texts, what is known of the vocabulary. Status 1 if the vocabulary is refused.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/tokenizer/text_encoder.h"
#include "engine/tokenizer/token_text.h"

// Of the address sanitizer: what is not freed at the end does not matter.
const char *__asan_default_options(void) { return "detect_leaks=0"; }

static size_t read_all(FILE *file, uint8_t **bytes) {
    size_t size = 0, capacity = 1 << 16, got;
    *bytes = malloc(capacity);
    while ((got = fread(*bytes + size, 1, capacity - size, file)) > 0) {
        size += got;
        if (size == capacity) *bytes = realloc(*bytes, capacity *= 2);
    }
    return size;
}

static void print_tokens(const uint32_t *tokens, size_t count) {
    for (size_t i = 0; i < count; i++) printf(i == 0 ? "%u" : " %u", tokens[i]);
    printf("\n");
}

static void print_bytes(const struct vocabulary *v, const uint32_t *tokens, size_t count, unsigned how) {
    uint8_t *bytes = malloc(v->longest_bytes);
    for (size_t i = 0; i < count; i++) {
        unsigned first = i == 0 || (i == 1 && tokens[0] == v->bos) ? DECODE_FIRST : 0;
        size_t length = token_text(v, tokens[i], how | first, bytes);
        for (size_t b = 0; b < length; b++) printf("%02x", bytes[b]);
    }
    printf("\n");
    free(bytes);
}

static void print_facts(const struct vocabulary *v) {
    printf("{\"count\":%u,\"bos\":%d,\"eos\":%d,\"unknown\":%d,\"endOfTurn\":%d,\"endOfMessage\":%d,",
           v->count, (int)v->bos, (int)v->eos, (int)v->unknown, (int)v->end_of_turn,
           (int)v->end_of_message);
    printf("\"addBos\":%d,\"addEos\":%d,\"addSpacePrefix\":%d,\"ends\":[", v->add_bos, v->add_eos,
           v->add_space_prefix);
    const char *comma = "";
    for (uint32_t i = 0; i < v->count; i++) {
        if (!vocabulary_ends_text(v, i)) continue;
        printf("%s%u", comma, i);
        comma = ",";
    }
    printf("]}\n");
}

// Text and tokens lie in memory of exactly the size that they may have, for the sanitizer to watch.
static void encode(struct text_encoder *e, const uint8_t *text, size_t length, const char *how) {
    char *copy = malloc(length);
    memcpy(copy, text, length);
    uint32_t *tokens = malloc(text_encoder_max_tokens(length) * sizeof *tokens);
    unsigned flags = (strchr(how, 'e') ? ENCODE_ENDS : 0) | (strchr(how, 'c') ? ENCODE_CONTROL_TOKENS : 0);
    size_t count = text_encoder_encode(e, copy, length, flags, tokens);
    if (count > text_encoder_max_tokens(length)) abort();
    if (strchr(how, 't')) print_tokens(tokens, count);
    if (strchr(how, 'd')) print_bytes(e->vocabulary, tokens, count, 0);
    if (strchr(how, 's')) print_bytes(e->vocabulary, tokens, count, DECODE_CONTROL_TOKENS);
    free(tokens);
    free(copy);
}

static size_t longest_text(const uint8_t *input, size_t size) {
    size_t longest = 0;
    for (size_t at = 0; at < size;) {
        uint32_t length;
        memcpy(&length, input + at, sizeof length);
        if (length > longest) longest = length;
        at += sizeof length + length;
    }
    return longest;
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    FILE *file = fopen(arguments[1], "rb");
    if (file == NULL) return 2;
    uint8_t *bytes, *input;
    size_t size = read_all(file, &bytes), input_size = read_all(stdin, &input);
    bytes = realloc(bytes, size > 0 ? size : 1);

    static struct gguf gguf;
    struct vocabulary vocabulary;
    struct text_encoder encoder;
    struct failure failure;
    struct arena arena = {0};
    if (gguf_read(&gguf, bytes, size, &failure) != GGUF_READ) {
        fprintf(stderr, "%s\n", failure.text);
        return 1;
    }
    for (int pass = 0; pass < 2; pass++) {
        if (!vocabulary_set_up(&vocabulary, &gguf, strtoull(arguments[3], NULL, 10), &arena, &failure)) {
            fprintf(stderr, "%s\n", failure.text);
            return 1;
        }
        text_encoder_set_up(&encoder, &vocabulary, longest_text(input, input_size), &arena);
        if (pass == 0) arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    }
    if (input_size == 0) print_facts(&vocabulary);
    for (size_t at = 0; at < input_size;) {
        uint32_t length;
        memcpy(&length, input + at, sizeof length);
        encode(&encoder, input + at + sizeof length, length, arguments[2]);
        at += sizeof length + length;
    }
    return 0;
}
