#include "engine/language/language.h"

#include "engine/tokenizer/token_text.h"

bool language_of_llama2c(struct language *l, const uint8_t *file, uint64_t file_bytes, uint32_t vocabulary,
                         size_t capacity, struct arena *arena, struct failure *failure) {
    l->is_llama2c = true;
    if (!tokenizer_set_up(&l->tokenizer, file, file_bytes, vocabulary, arena, failure)) return false;
    encoder_set_up(&l->encoder, &l->tokenizer, capacity, arena);
    return true;
}

// The vocabulary has it, too, but not while the memory is only measured.
static uint64_t longest_token(const struct gguf *gguf) {
    const struct gguf_value *tokens = gguf_find(gguf, "tokenizer.ggml.tokens");
    uint64_t longest = 1;
    if (tokens == NULL || tokens->type != GGUF_ARRAY || tokens->element_type != GGUF_STRING) return longest;
    const uint8_t *at = tokens->data;
    for (uint64_t i = 0; i < tokens->count; i++) {
        uint64_t length = gguf_next_string(&at).length;
        longest = length > longest ? length : longest;
    }
    return longest;
}

bool language_of_gguf(struct language *l, const struct gguf *gguf, uint64_t rows, size_t capacity,
                      struct arena *arena, struct failure *failure) {
    l->is_llama2c = false;
    if (!vocabulary_set_up(&l->vocabulary, gguf, rows, arena, failure)) return false;
    text_encoder_set_up(&l->texts, &l->vocabulary, capacity, arena);
    l->token_bytes = arena_take(arena, longest_token(gguf), 1);
    return true;
}

size_t language_max_tokens(const struct language *l, size_t bytes) {
    return l->is_llama2c ? encoder_max_tokens(bytes) : text_encoder_max_tokens(bytes);
}

uint64_t language_max_bytes(const struct language *l, size_t tokens) {
    if (l->is_llama2c) return encoder_max_bytes(&l->encoder, tokens);
    return (uint64_t)tokens * (l->vocabulary.longest_bytes > 0 ? l->vocabulary.longest_bytes : 1);
}

size_t language_encode(struct language *l, const char *text, const struct text_run *runs, size_t run_count,
                       bool begins, uint32_t *tokens) {
    if (!l->is_llama2c)
        return text_encoder_encode_runs(&l->texts, text, runs, run_count, begins, !begins, tokens);
    size_t length = 0;
    for (size_t i = 0; i < run_count; i++) length += runs[i].length;
    return encoder_encode(&l->encoder, text, length, tokens);
}

struct token_piece language_text(struct language *l, uint32_t previous, uint32_t token, bool begins) {
    if (l->is_llama2c) {
        static const uint32_t bos = TOKEN_BOS;
        return tokenizer_decode(&l->tokenizer, begins ? bos : previous, token, &l->byte);
    }
    size_t length = token_text(&l->vocabulary, token, begins ? DECODE_FIRST : 0, l->token_bytes);
    return (struct token_piece){.text = l->token_bytes, .length = (uint32_t)length};
}

bool language_ends_text(const struct language *l, uint32_t token) {
    if (l->is_llama2c) return token == TOKEN_BOS || token == TOKEN_EOS;
    return vocabulary_ends_text(&l->vocabulary, token);
}
