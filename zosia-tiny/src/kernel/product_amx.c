/*
 * Products in the matrix unit of recent x86 processors (Intel AMX): factors are rounded to bfloat16, sums
 * are float32. Source: Intel 64 and IA-32 Architectures Software Developer's Manual, volume 1, chapter 18
 * (tiles), and volume 2, TDPBF16PS.
 */
#include "product_amx.h"

#if defined(__AMX_BF16__) && defined(__AVX512BF16__) && defined(__linux__) && !defined(DOUBLE)

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    LINES = 16, /* of a tile */
    PAIRS = 16, /* of neighbours in depth: a tile is 32 deep */
    DEEP = 2 * PAIRS,
    DEPTH_BLOCK = 512, /* packed parts of a and b stay in the second-level cache */
    COLUMN_BLOCK = 256,
};

/* Linux, arch/x86/include/uapi/asm/prctl.h: a process asks before its first tile. */
enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };

/* Two bfloat16 of one line, neighbours in depth, in each element. */
typedef uint32_t tile[16][16] __attribute__((aligned(64)));

static int least(int a, int b) { return a < b ? a : b; }

/* Thirty-two floats, rounded; `low` first. */
static inline __m512i rounded(__m512 low, __m512 high) { return (__m512i)_mm512_cvtne2ps_pbh(high, low); }

/* 128-bit lanes 0 and 2, or 1 and 3, of one and of the other. */
static inline __m512i even_lanes(__m512i one, __m512i other) {
    return _mm512_shuffle_i32x4(one, other, 0x88);
}

static inline __m512i odd_lanes(__m512i one, __m512i other) {
    return _mm512_shuffle_i32x4(one, other, 0xdd);
}

/* Within lanes of four first, by unpacking twice; then the lanes themselves. */
static void transpose(tile m) {
    __m512i r[16], t[16];
    for (int i = 0; i < 16; i++) r[i] = _mm512_load_si512(m[i]);
    for (int i = 0; i < 16; i += 2) {
        t[i] = _mm512_unpacklo_epi32(r[i], r[i + 1]);
        t[i + 1] = _mm512_unpackhi_epi32(r[i], r[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
        r[i] = _mm512_unpacklo_epi64(t[i], t[i + 2]);
        r[i + 1] = _mm512_unpackhi_epi64(t[i], t[i + 2]);
        r[i + 2] = _mm512_unpacklo_epi64(t[i + 1], t[i + 3]);
        r[i + 3] = _mm512_unpackhi_epi64(t[i + 1], t[i + 3]);
    }
    for (int j = 0; j < 4; j++) {
        __m512i even[] = {even_lanes(r[j], r[4 + j]), even_lanes(r[8 + j], r[12 + j])};
        __m512i odd[] = {odd_lanes(r[j], r[4 + j]), odd_lanes(r[8 + j], r[12 + j])};
        _mm512_store_si512(m[j], even_lanes(even[0], even[1]));
        _mm512_store_si512(m[4 + j], even_lanes(odd[0], odd[1]));
        _mm512_store_si512(m[8 + j], odd_lanes(even[0], even[1]));
        _mm512_store_si512(m[12 + j], odd_lanes(odd[0], odd[1]));
    }
}

/* [line][pair], from lines that lie along depth. */
static void pack_along(tile out, const float *data, ptrdiff_t line) {
    for (int l = 0; l < LINES; l++) {
        const float *from = data + l * line;
        _mm512_store_si512(out[l], rounded(_mm512_loadu_ps(from), _mm512_loadu_ps(from + 16)));
    }
}

/* [pair][line], from lines that lie side by side. */
static void pack_across(tile out, const float *data, ptrdiff_t depth) {
    const __m512i sixteen = _mm512_set1_epi32(16 << 16);
    __m512i zip = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    zip = _mm512_add_epi32(_mm512_or_si512(zip, _mm512_slli_epi32(zip, 16)), sixteen);
    for (int p = 0; p < PAIRS; p++) {
        const float *from = data + 2 * p * depth;
        __m512i both = rounded(_mm512_loadu_ps(from), _mm512_loadu_ps(from + depth));
        _mm512_store_si512(out[p], _mm512_permutexvar_epi16(zip, both));
    }
}

/* The corner of a matrix, with zeros past its edges; its lines as they lie there, along or across. */
static const float *padded(float out[LINES * DEEP], const float *data, ptrdiff_t stride, int count,
                           int length, int width) {
    memset(out, 0, LINES * DEEP * sizeof *out);
    for (int i = 0; i < count; i++) memcpy(out + i * width, data + i * stride, length * sizeof *out);
    return out;
}

static struct matrix at(struct matrix m, int row, int column) {
    return (struct matrix){m.data + row * m.row + column * m.column, m.row, m.column};
}

/*
 * The tile at (line, depth) of a factor of `lines` lines and `deep` in depth, with zeros past its edges:
 * there may be no line of it at all. Rows of `m` are its lines, columns its depth; one of the strides is 1.
 * The result is [line][pair] for a left factor, else [pair][line].
 */
static void pack(tile out, struct matrix m, int line, int depth, int lines, int deep, int left) {
    float corner[LINES * DEEP];
    int along = m.column == 1;
    lines = least(lines - line, LINES);
    deep = least(deep - depth, DEEP);
    if (lines <= 0) {
        memset(out, 0, sizeof(tile));
        return;
    }
    m = at(m, line, depth);
    const float *data = m.data;
    ptrdiff_t stride = along ? m.row : m.column;
    if (lines < LINES || deep < DEEP) {
        data = along ? padded(corner, data, stride, lines, deep, DEEP)
                     : padded(corner, data, stride, deep, lines, LINES);
        stride = along ? DEEP : LINES;
    }
    if (along) pack_along(out, data, stride);
    else pack_across(out, data, stride);
    if (along != left) transpose(out);
}

static int parts(int size, int part) { return (size + part - 1) / part; }

/* The four sums of a corner of c, from two lines of tiles of a and two of b. */
static void sum_up(int deep, tile *a0, tile *a1, tile *b0, tile *b1) {
    for (int k = 0; k < deep; k++) {
        _tile_loadd(4, a0[k], 64);
        _tile_loadd(5, a1[k], 64);
        _tile_loadd(6, b0[k], 64);
        _tile_loadd(7, b1[k], 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
}

static void load_sums(const float *c, size_t stride_bytes) {
    _tile_loadd(0, c, stride_bytes);
    _tile_loadd(1, c + 16, stride_bytes);
    c += 16 * stride_bytes / sizeof *c;
    _tile_loadd(2, c, stride_bytes);
    _tile_loadd(3, c + 16, stride_bytes);
}

static void store_sums(float *c, size_t stride_bytes) {
    _tile_stored(0, c, stride_bytes);
    _tile_stored(1, c + 16, stride_bytes);
    c += 16 * stride_bytes / sizeof *c;
    _tile_stored(2, c, stride_bytes);
    _tile_stored(3, c + 16, stride_bytes);
}

/* A corner of c of 32 by 32, or what there is of it. */
static void corner(int deep, tile *a0, tile *a1, tile *b0, tile *b1, struct matrix c, int rows, int columns,
                   enum onto onto) {
    _Alignas(64) float sums[32][32];
    int whole = rows >= 32 && columns >= 32;
    if (whole && onto == ADD) {
        load_sums(c.data, c.row * sizeof(float));
    } else {
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    sum_up(deep, a0, a1, b0, b1);
    if (whole) {
        store_sums(c.data, c.row * sizeof(float));
        return;
    }
    store_sums(sums[0], sizeof sums[0]);
    int width = least(columns, 32);
    for (int i = 0; i < least(rows, 32); i++) {
        float *restrict out = c.data + i * c.row;
        if (onto == ADD)
            for (int j = 0; j < width; j++) out[j] += sums[i][j];
        else memcpy(out, sums[i], width * sizeof *out);
    }
}

static void configure(void) {
    struct {
        uint8_t palette, start_row, reserved[14];
        uint16_t row_bytes[16];
        uint8_t rows[16];
    } config = {.palette = 1};
    for (int i = 0; i < 8; i++) {
        config.row_bytes[i] = 64;
        config.rows[i] = 16;
    }
    _tile_loadconfig(&config);
}

static void block(int rows, int columns, int depth, struct matrix a, struct matrix b, struct matrix c,
                  enum onto onto) {
    tile right[COLUMN_BLOCK / LINES][DEPTH_BLOCK / DEEP];
    tile left[2][DEPTH_BLOCK / DEEP];
    int deep = parts(depth, DEEP);
    for (int j = 0; j < 2 * parts(columns, 32); j++)
        for (int k = 0; k < deep; k++)
            pack(right[j][k], transposed(b), j * LINES, k * DEEP, columns, depth, 0);
    for (int i = 0; i < rows; i += 2 * LINES) {
        for (int half = 0; half < 2; half++)
            for (int k = 0; k < deep; k++)
                pack(left[half][k], a, i + half * LINES, k * DEEP, rows, depth, 1);
        for (int j = 0; j < columns; j += 2 * LINES)
            corner(deep, left[0], left[1], right[j / LINES], right[j / LINES + 1], at(c, i, j), rows - i,
                   columns - j, onto);
    }
}

int amx_is_there(void) { return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0; }

void multiply_amx(int rows, int columns, int depth, struct matrix a, struct matrix b, struct matrix c,
                  enum onto onto) {
    configure();
    for (int j = 0; j < columns; j += COLUMN_BLOCK)
        for (int k = 0; k < depth; k += DEPTH_BLOCK)
            block(rows, least(COLUMN_BLOCK, columns - j), least(DEPTH_BLOCK, depth - k), at(a, 0, k),
                  at(b, k, j), at(c, 0, j), k == 0 ? onto : ADD);
    _tile_release();
}

#else

int amx_is_there(void) { return 0; }

void multiply_amx(int rows, int columns, int depth, struct matrix a, struct matrix b, struct matrix c,
                  enum onto onto) {
    (void)rows, (void)columns, (void)depth, (void)a, (void)b, (void)c, (void)onto;
}

#endif
