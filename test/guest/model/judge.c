// judge GGUF [CONTEXT]: what the engine makes of a model. Prints its shape, or why it is refused (status 1).
// With a context, its tensors are looked up, too, in memory that has nothing in it.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/model/from_gguf.h"

const char *__asan_default_options(void) { return "detect_leaks=0"; }

static struct program {
    struct gguf gguf;
    struct gguf_files files;
    struct weights weights;
    struct tensor_table table;
    struct model model;
} p;

static void stop(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static void map_tensors(uint32_t context) {
    struct arena arena = {0};
    struct failure failure;
    for (int pass = 0; pass < 2; pass++) {
        if (!model_from_gguf(&p.model, &p.table, &p.files, &p.weights, context, &arena, &failure)) {
            stop(failure.text);
        }
        if (pass == 0) arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    }
    const struct layer *layer = &p.model.layers[0];
    printf("%td %td %td %td\n", layer->query.data - p.weights.pieces[0].memory,
           layer->key.data - p.weights.pieces[0].memory, layer->value.data - p.weights.pieces[0].memory,
           p.model.classifier.data - p.model.embedding.data);
}

int main(int count, char **arguments) {
    if (count < 2) return 2;
    enum { MOST = 1 << 24 };
    uint8_t *read = malloc(MOST);
    FILE *file = fopen(arguments[1], "rb");
    struct failure failure;
    if (file == NULL) return 2;
    size_t size = fread(read, 1, MOST, file);
    uint8_t *bytes = malloc(size);
    memcpy(bytes, read, size);
    if (gguf_read(&p.gguf, bytes, size, &failure) != GGUF_READ) stop(failure.text);
    if (!model_shape_of_gguf(&p.model, &p.gguf, &failure)) stop(failure.text);
    const struct shape *s = &p.model.shape;
    printf("%s %u %u %u %u %u %u %u %u\n", p.model.architecture, s->dim, s->hidden_dim, s->layers, s->heads,
           s->kv_heads, s->head_dim, s->vocabulary, s->context);
    printf("%.6g %.6g %.6g %.6g %u\n", (double)p.model.rope.base, (double)p.model.rope.position_scale,
           (double)p.model.rope_magnitude, (double)p.model.attention_scale, p.model.rope_dimensions);
    if (count < 3) return 0;
    uint64_t data = size - p.gguf.data_at;
    p.files = (struct gguf_files){.count = 1, .files = &p.gguf, .data_bytes = {data}};
    p.weights.count = 1;
    p.weights.pieces[0] = (struct weights_piece){0, 0, data, bytes + p.gguf.data_at};
    map_tensors((uint32_t)strtoul(arguments[2], NULL, 10));
    return 0;
}
