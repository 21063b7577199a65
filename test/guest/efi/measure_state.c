// Prints how many bytes the llama2 application needs beside the weights and the tokenizer.
//
//     measure_state CHECKPOINT PROMPT_BYTES TEMPLATE_BYTES
//
// The order and the sizes are those of app/load_checkpoint.c and app/session.c, which needs firmware to run.

#include <stdio.h>
#include <stdlib.h>

#include "engine/generation/turn.h"
#include "engine/llama2c/checkpoint.h"
#include "engine/sampling/sampler.h"
#include "engine/terminal/line.h"
#include "engine/transformer/transformer.h"

// A text of so many bytes.
static const char *blank(const char *length) {
    size_t bytes = strtoul(length, NULL, 10);
    char *text = calloc(bytes + 1, 1);
    for (size_t i = 0; i < bytes; i++) text[i] = ' ';
    return text;
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    FILE *file = fopen(arguments[1], "rb");
    if (file == NULL) return 2;
    uint8_t head[CHECKPOINT_HEAD_BYTES];
    size_t available = fread(head, 1, sizeof head, file);
    fseek(file, 0, SEEK_END);
    struct checkpoint checkpoint;
    struct model model;
    struct failure failure;
    if (available < 4 || !checkpoint_read_header(&checkpoint, head, (uint64_t)ftell(file), &failure)) {
        fprintf(stderr, "%s\n", failure.text);
        return 1;
    }
    fclose(file);

    struct language language;
    struct conversation conversation;
    struct turn turn;
    struct sampler sampler;
    struct transformer transformer;
    struct settings settings = settings_defaults;
    struct arena arena = {0};
    settings.prompt = blank(arguments[2]);
    settings.template.before = blank(arguments[3]);
    size_t capacity = turn_capacity(&settings, LINE_UTF8_CAPACITY);
    checkpoint_to_model(&checkpoint, NULL, &model, &arena);
    language_of_llama2c(&language, NULL, 0, checkpoint.shape.vocabulary, capacity, &arena, &failure);
    conversation_set_up(&conversation, model.shape.context, &arena);
    turn_set_up(&turn, &language, &settings, LINE_UTF8_CAPACITY, &arena);
    sampler_set_up(&sampler, checkpoint.shape.vocabulary, &arena);
    transformer_set_up(&transformer, &model, NULL, NULL, model.shape.context, &arena);
    printf("%llu %llu\n", (unsigned long long)checkpoint.weights_bytes, (unsigned long long)arena.used);
    return 0;
}
