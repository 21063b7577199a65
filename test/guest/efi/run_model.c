// Runs the portable parts of the llama2 application as a program of the host, and prints what happens.
//
//     run_model CHECKPOINT TOKENIZER STEPS TEMPERATURE TOP_P SEED PROMPT PRODUCTS
//
// Output: a line "prompt ID ID ...", for every position a line "ID LOGIT" with the largest logit before
// sampling and the token chosen, then "text" and the text, every byte of it. Failures go to standard
// error, with status 1.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/llama2c/checkpoint.h"
#include "engine/llama2c/encoder.h"
#include "engine/sampling/sampler.h"
#include "engine/transformer/transformer.h"

static uint8_t *read_file(const char *path, uint64_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    fseek(file, 0, SEEK_END);
    *size = (uint64_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(*size + 1);
    if (fread(bytes, 1, *size, file) != *size) exit(2);
    fclose(file);
    return bytes;
}

static void stop(const struct failure *failure) {
    fprintf(stderr, "%s\n", failure->text);
    exit(1);
}

static const struct products *products_named(const char *name) {
#if defined(__x86_64__)
    bool avx2 = strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2");
    return avx2 ? &products_avx2 : &products_sse2;
#else
    (void)name;
    return &products_neon;
#endif
}

// A team of one that takes all of its work in small parts.
static void run_in_parts(struct team *team, team_part *part, void *context, size_t count, size_t grain) {
    (void)team;
    for (size_t begin = 0; begin < count; begin += grain) {
        part(context, begin, begin + grain < count ? begin + grain : count);
    }
}

static struct team team = {3, 1, run_in_parts};

struct program {
    struct checkpoint checkpoint;
    const uint8_t *weights;
    struct model model;
    struct tokenizer tokenizer;
    struct encoder encoder;
    struct transformer transformer;
    struct sampler sampler;
    uint32_t *prompt;
};

static void lay_out(struct program *m, char **arguments, const uint8_t *tokenizer_file,
                    uint64_t tokenizer_bytes, struct arena *arena) {
    struct failure failure;
    size_t length = strlen(arguments[7]);
    uint32_t vocabulary = m->checkpoint.shape.vocabulary;
    if (!tokenizer_set_up(&m->tokenizer, tokenizer_file, tokenizer_bytes, vocabulary, arena, &failure)) {
        stop(&failure);
    }
    encoder_set_up(&m->encoder, &m->tokenizer, length, arena);
    m->prompt = arena_take(arena, encoder_max_tokens(length), sizeof(uint32_t));
    sampler_set_up(&m->sampler, vocabulary, arena);
    checkpoint_to_model(&m->checkpoint, m->weights, &m->model, arena);
    transformer_set_up(&m->transformer, &m->model, products_named(arguments[8]), &team,
                       m->model.shape.context, arena);
}

static void run(struct program *m, char **arguments) {
    uint32_t steps = (uint32_t)atoi(arguments[3]);
    float temperature = (float)atof(arguments[4]), top_p = (float)atof(arguments[5]);
    size_t count = encoder_encode(&m->encoder, arguments[7], strlen(arguments[7]), m->prompt);
    char *text = calloc(steps + 1, 1024);
    size_t length = 0;
    printf("prompt");
    for (size_t i = 0; i < count; i++) printf(" %u", m->prompt[i]);
    printf("\n");
    uint32_t token = m->prompt[0];
    m->sampler.state = strtoull(arguments[6], NULL, 10);
    for (uint32_t position = 0; position < steps; position++) {
        transformer_run(&m->transformer, &token, 1, position);
        float *logits = transformer_logits(&m->transformer);
        float largest = logits[sampler_argmax(logits, m->checkpoint.shape.vocabulary)];
        uint32_t next = position + 1 < count ? m->prompt[position + 1]
                                             : sampler_choose(&m->sampler, logits, temperature, top_p);
        printf("%u %.6f\n", next, largest);
        if (next == TOKEN_BOS || next == TOKEN_EOS) break;
        uint8_t byte;
        struct token_piece piece = tokenizer_decode(&m->tokenizer, token, next, &byte);
        if (piece.length > 1024) exit(2);
        memcpy(text + length, piece.text, piece.length);
        length += piece.length;
        token = next;
    }
    printf("text\n");
    fwrite(text, 1, length, stdout);
}

int main(int argument_count, char **arguments) {
    if (argument_count != 9) return 2;
    struct failure failure;
    struct program m = {0};
    uint64_t checkpoint_bytes, tokenizer_bytes;
    uint8_t *checkpoint_file = read_file(arguments[1], &checkpoint_bytes);
    uint8_t *tokenizer_file = read_file(arguments[2], &tokenizer_bytes);
    if (!checkpoint_read_header(&m.checkpoint, checkpoint_file, checkpoint_bytes, &failure)) {
        stop(&failure);
    }
    m.weights = checkpoint_file + m.checkpoint.weights_offset;
    struct arena arena = {0};
    lay_out(&m, arguments, tokenizer_file, tokenizer_bytes, &arena);
    arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    if (arena.base == NULL) return 2;
    lay_out(&m, arguments, tokenizer_file, tokenizer_bytes, &arena);
    run(&m, arguments);
    return 0;
}
