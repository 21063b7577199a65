// What FEAT_I8MM multiplies at once: two rows with two vectors, eight elements of each. A block's products are
// summed in whole numbers, and the blocks of a row in order, so that one vector has the same products as many.
// Four rows are computed together; one that is missing from the last four is the last of all, once more.

enum { PAIRED_ROWS = 4, PAIRS_OF_ROWS = 2, PAIRED_VECTORS = 8, PAIRS_OF_VECTORS = 4 };

// The 32 bytes of two rows, or of two vectors: eight of the one beside eight of the other.
struct pair {
    int8x16_t eights[4];
};

ALWAYS_INLINE struct pair pair_of(bytes a, bytes b) {
    struct pair pair;
    for (int i = 0; i < 2; i++) {
        int64x2_t left = vreinterpretq_s64_u8(a.val[i]), right = vreinterpretq_s64_u8(b.val[i]);
        pair.eights[2 * i] = vreinterpretq_s8_s64(vzip1q_s64(left, right));
        pair.eights[2 * i + 1] = vreinterpretq_s8_s64(vzip2q_s64(left, right));
    }
    return pair;
}

// Four sums: of the first row with both vectors, and of the second. Adds the products of 16 elements.
ALWAYS_INLINE integers add_pairs(integers sum, const struct pair *rows, const struct pair *x, int half) {
    sum = vmmlaq_s32(sum, rows->eights[2 * half], x->eights[2 * half]);
    return vmmlaq_s32(sum, rows->eights[2 * half + 1], x->eights[2 * half + 1]);
}

// What belongs to the rows, and to the vectors, of such sums.
ALWAYS_INLINE floats floats_of_rows(float a, float b) { return vcombine_f32(vdup_n_f32(a), vdup_n_f32(b)); }
ALWAYS_INLINE integers integers_of_rows(int16_t a, int16_t b) {
    return vcombine_s32(vdup_n_s32(a), vdup_n_s32(b));
}
ALWAYS_INLINE floats floats_of_vectors(float a, float b) {
    float32x2_t both = vset_lane_f32(b, vdup_n_f32(a), 1);
    return vcombine_f32(both, both);
}

// The sum of each.
ALWAYS_INLINE integers sums_of_four(const integers x[4]) {
    return vpaddq_s32(vpaddq_s32(x[0], x[1]), vpaddq_s32(x[2], x[3]));
}

ALWAYS_INLINE void find_rows(const uint8_t *rows[PAIRED_ROWS], const struct matrix *m, size_t r,
                             size_t end) {
    for (size_t i = 0; i < PAIRED_ROWS; i++) {
        rows[i] = m->data + (r + i < end ? r + i : end - 1) * m->row_bytes;
    }
}

ALWAYS_INLINE void store_rows(float *out, floats sum, size_t left) {
    float values[PAIRED_ROWS];
    floats_store(values, sum);
    for (size_t i = 0; i < PAIRED_ROWS && i < left; i++) out[i] = values[i];
}

typedef floats pair_sums[PAIRS_OF_ROWS][PAIRS_OF_VECTORS];

ALWAYS_INLINE void clear_pairs(pair_sums sum, size_t count) {
    for (int k = 0; k < PAIRS_OF_ROWS; k++) {
        for (size_t v = 0; v < count / 2; v++) sum[k][v] = floats_zero();
    }
}

// As far as there are `left` rows.
ALWAYS_INLINE void store_pairs(float *out, size_t out_stride, pair_sums sum, size_t count, size_t left) {
    for (size_t v = 0; v < count / 2; v++) {
        store_rows(out + 2 * v * out_stride, vuzp1q_f32(sum[0][v], sum[1][v]), left);
        store_rows(out + (2 * v + 1) * out_stride, vuzp2q_f32(sum[0][v], sum[1][v]), left);
    }
}

// All rows with all vectors, by a function for four rows with some, an even number, and one for a vector alone.
#define MULTIPLY_BY_PAIRS(out, out_stride, m, begin, end, x, pairs, alone, ...) \
    do { \
        for (size_t r = begin; r < (end); r += PAIRED_ROWS) { \
            size_t p = 0; \
            for (; p + PAIRED_VECTORS <= (x)->count; p += PAIRED_VECTORS) \
                pairs(out, out_stride, m, r, end, x, p, PAIRED_VECTORS, __VA_ARGS__); \
            for (; p + 2 <= (x)->count; p += 2) pairs(out, out_stride, m, r, end, x, p, 2, __VA_ARGS__); \
            if (p < (x)->count) alone(out, out_stride, m, r, end, x, p, __VA_ARGS__); \
        } \
    } while (0)
