// Prints how many bytes the llama2 application needs beside the weights and the tokenizer.
//
//     measure_state CHECKPOINT PROMPT_BYTES TEMPLATE_BYTES
//
// The order and the sizes are those of set_up in app/session.c, which needs firmware to run.

#include <stdio.h>
#include <stdlib.h>

#include "model/encoder.h"
#include "model/line.h"
#include "model/sampler.h"
#include "model/transformer.h"

enum { CHAT_FORM_BYTES = 64 };

int main(int count, char **arguments) {
    if (count != 4) return 2;
    FILE *file = fopen(arguments[1], "rb");
    if (file == NULL) return 2;
    uint8_t head[CHECKPOINT_HEAD_BYTES];
    size_t available = fread(head, 1, sizeof head, file);
    fseek(file, 0, SEEK_END);
    struct checkpoint checkpoint;
    struct failure failure;
    if (available < 4 || !checkpoint_read_header(&checkpoint, head, (uint64_t)ftell(file), &failure)) {
        fprintf(stderr, "%s\n", failure.text);
        return 1;
    }
    fclose(file);

    struct tokenizer tokenizer;
    struct encoder encoder;
    struct sampler sampler;
    struct transformer transformer;
    struct arena arena = {0};
    size_t longest = strtoul(arguments[2], NULL, 10);
    if (longest < LINE_UTF8_CAPACITY) longest = LINE_UTF8_CAPACITY;
    longest += CHAT_FORM_BYTES + strtoul(arguments[3], NULL, 10);
    tokenizer_set_up(&tokenizer, NULL, 0, checkpoint.shape.vocabulary, &arena, &failure);
    encoder_set_up(&encoder, &tokenizer, longest, &arena);
    arena_take(&arena, longest, 1);
    arena_take(&arena, encoder_max_tokens(longest) + 1, sizeof(uint32_t));
    sampler_set_up(&sampler, checkpoint.shape.vocabulary, &arena);
    transformer_set_up(&transformer, &checkpoint, NULL, NULL, &arena);
    printf("%llu %llu\n", (unsigned long long)checkpoint.weights_bytes, (unsigned long long)arena.used);
    return 0;
}
