#include "engine/tokenizer/pre_tokenizer_names.h"

#include "shared/memory.h"
#include "shared/strings.h"

struct named {
    const char *name;
    struct pre_tokenizer_facts facts;
};

// The names that llama.cpp gives to these expressions (llama-vocab.cpp, llama_vocab::impl::load). The host knows
// the same ones: src/formats/gguf/bare-metal.ts.
static const struct named NAMED[] = {
    {"", {PRE_TOKENIZER_DEFAULT, false, false, false}},
    {"default", {PRE_TOKENIZER_DEFAULT, false, false, false}},
    {"llama3", {PRE_TOKENIZER_LLAMA_3, true, true, false}},
    {"llama-v3", {PRE_TOKENIZER_LLAMA_3, true, true, false}},
    {"llama-bpe", {PRE_TOKENIZER_LLAMA_3, true, true, false}},
    {"falcon3", {PRE_TOKENIZER_LLAMA_3, true, true, false}},
    {"falcon-h1", {PRE_TOKENIZER_LLAMA_3, true, true, false}},
    {"pixtral", {PRE_TOKENIZER_LLAMA_3, true, true, false}},
    {"midm-2.0", {PRE_TOKENIZER_LLAMA_3, true, true, false}},
    {"lfm2", {PRE_TOKENIZER_LLAMA_3, true, true, false}},
    {"dbrx", {PRE_TOKENIZER_LLAMA_3, false, false, false}},
    {"smaug-bpe", {PRE_TOKENIZER_LLAMA_3, false, false, false}},
    {"glm4", {PRE_TOKENIZER_LLAMA_3, false, false, true}},
    {"chatglm-bpe", {PRE_TOKENIZER_LLAMA_3, false, false, true}},
    {"gpt-2", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"phi-2", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"jina-es", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"jina-de", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"jina-v2-es", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"jina-v2-de", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"gigachat", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"a.x-4.0", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"mellum", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"mpt", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"olmo", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"jais", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"trillion", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"exaone4", {PRE_TOKENIZER_GPT_2, false, false, false}},
    {"smollm", {PRE_TOKENIZER_DIGITS, false, false, false}},
    {"starcoder", {PRE_TOKENIZER_DIGITS, false, false, false}},
    {"refact", {PRE_TOKENIZER_DIGITS, false, false, false}},
    {"command-r", {PRE_TOKENIZER_DIGITS, false, false, false}},
    {"codeshell", {PRE_TOKENIZER_DIGITS, false, false, false}},
    {"exaone", {PRE_TOKENIZER_DIGITS, false, false, false}},
    {"minerva-7b", {PRE_TOKENIZER_DIGITS, false, false, false}},
    {"qwen2", {PRE_TOKENIZER_QWEN_2, false, false, false}},
    {"deepseek-r1-qwen", {PRE_TOKENIZER_QWEN_2, false, false, false}},
    {"kormo", {PRE_TOKENIZER_QWEN_2, false, false, false}},
    {"megrez", {PRE_TOKENIZER_QWEN_2, false, false, false}},
    {"stablelm2", {PRE_TOKENIZER_QWEN_2, false, false, false}},
    {"hunyuan", {PRE_TOKENIZER_QWEN_2, false, false, false}},
    {"grok-2", {PRE_TOKENIZER_QWEN_2, false, false, false}},
};

bool pre_tokenizer_find(const uint8_t *name, uint64_t length, struct pre_tokenizer_facts *facts) {
    for (size_t i = 0; i < sizeof NAMED / sizeof NAMED[0]; i++) {
        const char *known = NAMED[i].name;
        if (length != text_length(known) || memcmp(name, known, length) != 0) continue;
        *facts = NAMED[i].facts;
        return true;
    }
    return false;
}
