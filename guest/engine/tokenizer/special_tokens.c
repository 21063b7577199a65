#include "engine/tokenizer/special_tokens.h"

#include "shared/memory.h"
#include "shared/strings.h"

// A token by its key, by an older name of that, or else by one of the texts that models have for it.
struct role {
    const char *key, *older_key; // or NULL
    const char *const *texts; // up to a NULL
    bool ends_text;
};

#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

// Where a vocabulary has several of the texts, llama.cpp takes any of them, and this the first.
static const struct role END_OF_TURN = {"tokenizer.ggml.eot_token_id", NULL,
                                        TEXTS("<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>",
                                              "<|endoftext|>", "<|end_of_text|>", "<EOT>", "_<EOT>",
                                              "[EOT]", "<｜end▁of▁sentence｜>", "<end_of_utterance>"),
                                        true};
static const struct role END_OF_MESSAGE = {"tokenizer.ggml.eom_token_id", NULL, TEXTS("<|eom_id|>"), true};

// Those of filling in the middle. What separates files ends a text.
static const struct role FILLING[] = {
    {"tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.prefix_token_id",
     TEXTS("<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>",
           "<|code_prefix|>", "<|prefix|>"),
     false},
    {"tokenizer.ggml.fim_suf_token_id", "tokenizer.ggml.suffix_token_id",
     TEXTS("<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>",
           "<|code_suffix|>", "<|suffix|>"),
     false},
    {"tokenizer.ggml.fim_mid_token_id", "tokenizer.ggml.middle_token_id",
     TEXTS("<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>",
           "<|code_middle|>", "<|middle|>"),
     false},
    {"tokenizer.ggml.fim_pad_token_id", NULL,
     TEXTS("<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"), true},
    {"tokenizer.ggml.fim_rep_token_id", NULL,
     TEXTS("<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"), true},
    {"tokenizer.ggml.fim_sep_token_id", NULL, TEXTS("<|file_sep|>"), true},
};

// Tokens that end a text whatever their keys say.
static const char *const END_TEXTS[] = {
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<|flush|>",
    "<|calls|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "</s>",
    "<|eom_id|>",
    "<EOT>",
    "_<EOT>",
    "[EOT]",
    "[EOS]",
    "<|end_of_text|>",
    "<end_of_utterance>",
    "<eos>",
    "<｜end▁of▁sentence｜>",
    NULL,
};

static uint32_t find(const struct vocabulary *v, const char *text) {
    return vocabulary_find(v, (const uint8_t *)text, text_length(text));
}

static void add(struct vocabulary *v, uint32_t token, unsigned attributes) {
    if (token != NO_TOKEN) v->attributes[token] = (uint8_t)(v->attributes[token] | attributes);
}

// What a key says, unless it names no token of the vocabulary.
static uint32_t by_key(const struct vocabulary *v, const struct gguf *gguf, const char *key,
                       uint32_t otherwise) {
    uint64_t token;
    if (otherwise != NO_TOKEN && otherwise >= v->count) otherwise = NO_TOKEN;
    if (key == NULL || !gguf_uint(gguf, key, &token) || token >= v->count) return otherwise;
    return (uint32_t)token;
}

static uint32_t by_role(struct vocabulary *v, const struct gguf *gguf, const struct role *role) {
    uint32_t token = by_key(v, gguf, role->older_key, by_key(v, gguf, role->key, NO_TOKEN));
    for (unsigned i = 0; token == NO_TOKEN && role->texts[i] != NULL; i++) {
        token = find(v, role->texts[i]);
        add(v, token, TOKEN_IS_CONTROL);
    }
    if (role->ends_text) add(v, token, TOKEN_ENDS_TEXT);
    return token;
}

static bool set_ends(struct vocabulary *v, const struct gguf *gguf, struct failure *failure) {
    bool pairs = v->kind == VOCABULARY_BYTE_PAIRS;
    v->bos = by_key(v, gguf, "tokenizer.ggml.bos_token_id", !pairs ? 1 : v->pre.no_bos ? NO_TOKEN : 11);
    v->eos = by_key(v, gguf, "tokenizer.ggml.eos_token_id", pairs ? 11 : 2);
    v->unknown = by_key(v, gguf, "tokenizer.ggml.unknown_token_id", pairs ? NO_TOKEN : 0);
    v->add_space_prefix = !pairs;
    v->add_bos = pairs ? v->pre.add_bos : true;
    v->add_eos = false;
    gguf_bool(gguf, "tokenizer.ggml.add_space_prefix", &v->add_space_prefix);
    gguf_bool(gguf, "tokenizer.ggml.add_bos_token", &v->add_bos);
    gguf_bool(gguf, "tokenizer.ggml.add_eos_token", &v->add_eos);
    if (pairs) v->add_space_prefix = false; // byte pairs have none, whatever the key says
    if (v->add_bos && v->bos == NO_TOKEN)
        return fail(failure, "its texts begin with a token that it lacks");
    if (v->add_eos && v->eos == NO_TOKEN) return fail(failure, "its texts end with a token that it lacks");
    return true;
}

static bool contains(struct gguf_string text, const char *part) {
    size_t length = text_length(part);
    for (uint64_t i = 0; i + length <= text.length; i++) {
        size_t same = 0;
        while (same < length) {
            uint8_t c = text.text[i + same];
            if (c >= 'A' && c <= 'Z') c = (uint8_t)(c + 'a' - 'A');
            if (c != (uint8_t)part[same]) break;
            same++;
        }
        if (same == length) return true;
    }
    return false;
}

// The tokenizer of Phi-3 drops spaces behind its special tokens, which no key says.
static void set_stripping(struct vocabulary *v, const struct gguf *gguf) {
    struct gguf_string name;
    if (!gguf_text(gguf, "general.name", &name)) return;
    if (!contains(name, "phi-3") && !contains(name, "phi3")) return;
    for (uint32_t token = 0; token < v->count; token++) {
        if (v->attributes[token] & TOKEN_IS_SPECIAL) add(v, token, TOKEN_STRIPS_RIGHT);
    }
    static const char *const not [] = {"<unk>", "<s>", "<|endoftext|>", NULL};
    for (unsigned i = 0; not [i] != NULL; i++) {
        uint32_t token = find(v, not [i]);
        if (token != NO_TOKEN) v->attributes[token] &= (uint8_t)~TOKEN_STRIPS_RIGHT;
    }
}

static void set_bit(uint8_t bits[32], uint8_t bit) {
    bits[bit / 8] = (uint8_t)(bits[bit / 8] | 1 << bit % 8);
}

static bool set_bytes(struct vocabulary *v, struct failure *failure) {
    memset(v->specials, 0, (SPECIAL_TOKEN_BYTES_MAX + 1) * sizeof *v->specials);
    for (uint32_t token = 0; token < v->count; token++) {
        const struct table_text *text = &v->texts[token];
        if (!(v->attributes[token] & TOKEN_IS_SPECIAL) || text->length == 0) continue;
        if (text->length > SPECIAL_TOKEN_BYTES_MAX) {
            return fail(failure, "its special token %u has %u bytes; %u is the most that is taken", token,
                        text->length, (unsigned)SPECIAL_TOKEN_BYTES_MAX);
        }
        struct special_bytes *bytes = &v->specials[text->length];
        bytes->any = true;
        set_bit(bytes->first, text->text[0]);
        set_bit(bytes->last, text->text[text->length - 1]);
    }
    return true;
}

bool special_tokens_set(struct vocabulary *v, const struct gguf *gguf, struct failure *failure) {
    if (!set_ends(v, gguf, failure)) return false;
    v->end_of_turn = by_role(v, gguf, &END_OF_TURN);
    v->end_of_message = by_role(v, gguf, &END_OF_MESSAGE);
    for (size_t i = 0; i < sizeof FILLING / sizeof FILLING[0]; i++) by_role(v, gguf, &FILLING[i]);
    for (unsigned i = 0; END_TEXTS[i] != NULL; i++) {
        add(v, find(v, END_TEXTS[i]), TOKEN_ENDS_TEXT | TOKEN_IS_CONTROL);
    }
    add(v, v->eos, TOKEN_ENDS_TEXT);
    set_stripping(v, gguf);
    return set_bytes(v, failure);
}
