// Vectors in the forms that types of matrices ask for, as ggml makes them (ggml/src/ggml-cpu/quants.c and
// arch/x86/quants.c): the same roundings give the same sums.
#ifndef ZOSIA_FORMS_H
#define ZOSIA_FORMS_H

#include "engine/base/arena.h"
#include "engine/products/vectors.h"

// Memory for `count` vectors of `size` elements in every form. `count` is a multiple of every instruction set's
// lanes, `group` the least number of values that share a scale.
struct vectors vectors_take(struct arena *arena, size_t count, size_t size, size_t group);

// Makes the form that a matrix asks for of the vectors from `begin`, a multiple of `lanes`, up to `end`, which is
// one, too, or all of them: of several vectors tiles of so many. Their floats stay.
void vectors_form(const struct vectors *vectors, const struct matrix *matrix, size_t lanes, size_t begin,
                  size_t end);

#endif
