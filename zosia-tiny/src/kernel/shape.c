#include "shape.h"

struct layout layout_of(const struct shape *s) {
    struct layout l;
    size_t dim = s->dim, layers = s->layers, next = 0;
#define PLACE(tensor, size) (l.tensor = next, next += (size))
    PLACE(embedding, s->vocabulary * dim);
    PLACE(attention_norm, layers * dim);
    PLACE(wq, layers * dim * dim);
    PLACE(wk, layers * dim * kv_width(s));
    PLACE(wv, layers * dim * kv_width(s));
    PLACE(wo, layers * dim * dim);
    PLACE(ffn_norm, layers * dim);
    PLACE(w1, layers * dim * s->hidden);
    PLACE(w2, layers * dim * s->hidden);
    PLACE(w3, layers * dim * s->hidden);
    PLACE(final_norm, dim);
#undef PLACE
    l.count = next;
    return l;
}
