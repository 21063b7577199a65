#include "engine/transformer/linear.h"

#include "engine/products/forms.h"

struct work {
    const struct products *products;
    const struct vectors *vectors;
    const struct product *list;
    unsigned count;
};

// Rows are numbered through all of the products.
static void multiply_rows_of_all(void *context, size_t begin, size_t end) {
    const struct work *work = context;
    size_t first = 0;
    for (unsigned i = 0; i < work->count && first < end; i++) {
        const struct matrix *m = work->list[i].matrix;
        size_t last = first + m->rows;
        if (begin < last) {
            size_t from = begin > first ? begin - first : 0;
            size_t to = (end < last ? end : last) - first;
            work->products->multiply[m->type->kind](work->list[i].out, m->rows, m, from, to, work->vectors);
        }
        first = last;
    }
}

static void form_vectors(void *context, size_t begin, size_t end) {
    const struct work *work = context;
    vectors_form(work->vectors, work->list[0].matrix, work->products->lanes, begin, end);
}

// Products whose matrices ask for the same form.
static void run(const struct products *products, struct team *team, const struct vectors *vectors,
                const struct product *list, unsigned count) {
    struct work work = {products, vectors, list, count};
    size_t rows = 0;
    for (unsigned i = 0; i < count; i++) rows += list[i].matrix->rows;
    team_run(team, form_vectors, &work, vectors->count, products->lanes, vectors->size * 4);
    team_run(team, multiply_rows_of_all, &work, rows, 4, vectors->size * vectors->count);
}

void linear(const struct products *products, struct team *team, struct vectors *vectors,
            const struct product *list, unsigned count) {
    unsigned first = 0;
    for (unsigned i = 1; i <= count; i++) {
        if (i < count && list[i].matrix->type->form == list[first].matrix->type->form) continue;
        run(products, team, vectors, list + first, i - first);
        first = i;
    }
}
