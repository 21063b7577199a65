// read_gguf MODEL SEED FIRST COUNT: damages a GGUF in COUNT ways, which are numbered from FIRST on, and does with
// each what the EFI application does: it is refused, or it is laid out, its vocabulary encodes and decodes, and it
// is run for some tokens. Everything lies in memory of the size that it may have, for the sanitizers to watch; what
// they find is told with the number of the damage. Prints how many were refused, and how many were run.
//
// Compiled with -DREAD_GGUF_FUZZER it is a target of libFuzzer instead.

#include "engine/language/language.h"
#include "engine/model/from_gguf.h"
#include "engine/sampling/chain.h"
#include "engine/transformer/transformer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
extern const struct products products_ssse3 __attribute__((weak));
extern const struct products products_avx2 __attribute__((weak));
extern const struct products products_avxvnni __attribute__((weak));
extern const struct products products_avx512vnni __attribute__((weak));
#endif

enum { CONTEXT_MAX = 64, TEXT_BYTES = 96, BATCH = 3 };

#if defined(READ_GGUF_FUZZER)
enum { MEMORY_MAX = 2 << 20 }; // what is as small as its inputs, and is quick
#else
enum { MEMORY_MAX = 64 << 20 };
#endif

const char *__asan_default_options(void) { return "detect_leaks=0"; }

struct program {
    struct gguf gguf;
    struct gguf_files files;
    struct weights weights;
    struct tensor_table table;
    struct model model;
    struct language language;
    struct sampler sampler;
    struct transformer transformer;
    const struct products *products;
    uint32_t context;
};

// What no sanitizer looks for.
static void broken(const char *what) {
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

// Those that this program is compiled with and that the processor has, one after the other.
static const struct products *some_products(unsigned number) {
#if defined(__x86_64__)
    const struct products *all[5] = {&products_sse2};
    unsigned count = 1;
    bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (&products_ssse3 != NULL && __builtin_cpu_supports("ssse3")) all[count++] = &products_ssse3;
    if (&products_avx2 != NULL && avx2) all[count++] = &products_avx2;
    if (&products_avx512vnni != NULL && avx2 && __builtin_cpu_supports("avx512vnni") &&
        __builtin_cpu_supports("avx512vl")) {
        all[count++] = &products_avx512vnni;
    }
    return all[number % count];
#else
    (void)number;
    return &products_neon;
#endif
}

static uint8_t *exact_copy(const uint8_t *bytes, uint64_t size) {
    uint8_t *copy = malloc(size);
    if (size > 0) memcpy(copy, bytes, size);
    return copy;
}

static uint64_t header_end(const struct gguf *gguf) {
    uint64_t position = gguf->tensors_at;
    for (uint64_t i = 0; i < gguf->tensor_count; i++) gguf_next_tensor(gguf, &position);
    return position;
}

// The header in memory of its own size, where it says the same; in one byte less it is cut off.
static uint8_t *read_header(struct program *p, const uint8_t *bytes, uint64_t size,
                            struct failure *failure) {
    uint8_t *header = exact_copy(bytes, size);
    enum gguf_reading reading = gguf_read(&p->gguf, header, size, failure);
    uint64_t end = reading == GGUF_READ ? header_end(&p->gguf) : 0;
    bool is_whole = reading == GGUF_READ && p->gguf.data_at <= size;
    if (reading == GGUF_READ && !is_whole) fail(failure, "it is damaged: it ends before its weights");
    free(header);
    if (!is_whole) return NULL;
    header = exact_copy(bytes, end - 1);
    if (gguf_read(&p->gguf, header, end - 1, failure) != GGUF_CUT_OFF) broken("a cut header is read");
    free(header);
    header = exact_copy(bytes, end);
    if (gguf_read(&p->gguf, header, end, failure) != GGUF_READ) broken("a header wants more than it is");
    return header;
}

// guest/efi/app/load_gguf.c, lay_out.
static bool lay_out(struct program *p, struct arena *arena, struct failure *failure) {
    if (!model_from_gguf(&p->model, &p->table, &p->files, NULL, p->context, arena, failure)) return false;
    uint32_t vocabulary = p->model.shape.vocabulary;
    if (!language_of_gguf(&p->language, &p->gguf, vocabulary, TEXT_BYTES, arena, failure)) return false;
    sampler_set_up(&p->sampler, vocabulary, arena);
    transformer_set_up(&p->transformer, &p->model, p->products, NULL, p->context, arena);
    return true;
}

static size_t encode(struct program *p, const char *unit, size_t unit_bytes, bool is_written,
                     uint32_t *first) {
    char *text = malloc(TEXT_BYTES);
    for (size_t i = 0; i < TEXT_BYTES; i++) text[i] = unit[i % unit_bytes];
    struct text_run runs[] = {{TEXT_BYTES / 2, is_written}, {TEXT_BYTES - TEXT_BYTES / 2, !is_written}};
    size_t most = language_max_tokens(&p->language, TEXT_BYTES);
    uint32_t *tokens = malloc(most * sizeof *tokens);
    size_t count = language_encode(&p->language, text, runs, 2, is_written, tokens);
    if (count > most) broken("a text has more tokens than it may have");
    for (size_t i = 0; i < count; i++) {
        if (tokens[i] >= p->language.vocabulary.count) broken("a text has a token that there is not");
    }
    for (size_t i = 0; i < BATCH + 1 && i < count; i++) first[i] = tokens[i];
    free(tokens);
    free(text);
    return count;
}

static void use_language(struct program *p, uint32_t *first) {
    static const char *const units[] = {
        "Once upon a time, 123 café ", " ", "\xc3 ", "\xf4 ", "\xff", "<s>", "a\n\n  '"};
    for (unsigned i = sizeof units / sizeof units[0]; i-- > 0;) {
        encode(p, units[i], strlen(units[i]), i % 2 == 0, first);
    }
    for (uint32_t token = 0; token <= p->language.vocabulary.count; token++) {
        struct token_piece piece = language_text(&p->language, 0, token, token % 2);
        for (uint32_t i = 0; i < piece.length; i++) first[BATCH + 1] ^= piece.text[i];
        language_ends_text(&p->language, token);
    }
}

static void run(struct program *p, const uint32_t *tokens) {
    struct chain chain = {.temperature = 0.8f, .top_p = 0.95f, .min_p = 0.05f, .top_k = 40};
    uint32_t batch = p->context < BATCH ? p->context : BATCH, vocabulary = p->model.shape.vocabulary;
    chain.repeat_penalty = 1.1f;
    p->sampler.state = 1;
    transformer_run(&p->transformer, tokens, batch, 0);
    for (uint32_t position = batch; position < p->context && position < batch + 2; position++) {
        float *logits = transformer_logits(&p->transformer);
        uint32_t token = chain_choose(&p->sampler, logits, &chain, tokens, batch);
        if (token >= vocabulary) broken("a token was chosen that there is not");
        transformer_run(&p->transformer, &token, 1, position);
        chain.top_k = 0;
    }
}

// guest/efi/app/load_gguf.c, load, and then as much of what follows as does not take long.
static bool use(struct program *p, const uint8_t *data, struct failure *failure) {
    if (!model_shape_of_gguf(&p->model, &p->gguf, failure)) return false;
    p->context = p->model.shape.context < CONTEXT_MAX ? p->model.shape.context : CONTEXT_MAX;
    struct arena arena = {0};
    if (!lay_out(p, &arena, failure)) return false;
    if (arena.overflow || arena.used > MEMORY_MAX) return fail(failure, "it needs too much memory");
    uint64_t measured = arena.used;
    uint8_t *memory = aligned_alloc(ARENA_ALIGNMENT, measured);
    memset(memory, 0xa5, measured);
    arena = (struct arena){.base = memory};
    bool used = lay_out(p, &arena, failure);
    if (used && arena.used != measured) broken("memory was measured wrongly");
    if (used) {
        p->weights = (struct weights){1, {{0, 0, p->files.data_bytes[0], data}}};
        arena = (struct arena){.base = memory};
        used = model_from_gguf(&p->model, &p->table, &p->files, &p->weights, p->context, &arena, failure);
        if (!used) broken("a model was laid out, and then refused");
    }
    if (used) {
        uint32_t tokens[BATCH + 2] = {0};
        use_language(p, tokens);
        run(p, tokens);
    }
#if ZOSIA_WATCHES_ADDRESSES
    __asan_unpoison_memory_region(memory, measured);
#endif
    free(memory);
    return used;
}

static bool judge(const uint8_t *bytes, uint64_t size, unsigned number, struct failure *failure) {
    static struct program p;
    memset(&p, 0x5a, sizeof p);
    p.products = some_products(number);
    memset(failure, 'x', sizeof *failure);
    uint8_t *header = read_header(&p, bytes, size, failure);
    bool used = header != NULL;
    if (used) {
        uint64_t data_bytes = size - p.gguf.data_at;
        uint8_t *data = exact_copy(bytes + p.gguf.data_at, data_bytes);
        p.files = (struct gguf_files){.count = 1, .files = &p.gguf, .data_bytes = {data_bytes}};
        used = use(&p, data, failure);
        free(data);
    }
    free(header);
    if (!used && memchr(failure->text, '\0', sizeof failure->text) == NULL) broken("a reason has no end");
    for (const char *c = failure->text; !used && *c != '\0'; c++) {
        if ((unsigned char)*c < ' ') broken("a reason has control characters");
    }
    return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct failure failure;
    bool used = judge(bytes, size, 0, &failure);
    if (!used && getenv("READ_GGUF_REASONS") != NULL) fprintf(stderr, "refused: %s\n", failure.text);
    return 0;
}

#if !defined(READ_GGUF_FUZZER)

#include "damage.h"

static uint64_t current;

#if ZOSIA_WATCHES_ADDRESSES
void __sanitizer_set_death_callback(void (*callback)(void));

static void tell_current(void) { fprintf(stderr, "damage %llu\n", (unsigned long long)current); }
#endif

static uint8_t *read_file(const char *path, uint64_t *size) {
    FILE *file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0) exit(2);
    *size = (uint64_t)ftell(file);
    uint8_t *bytes = malloc(*size);
    rewind(file);
    if (fread(bytes, 1, *size, file) != *size) exit(2);
    fclose(file);
    return bytes;
}

int main(int count, char **arguments) {
    static struct whole whole;
    uint64_t size, refused = 0, run_count = 0;
    if (count != 5) return 2;
#if ZOSIA_WATCHES_ADDRESSES
    __sanitizer_set_death_callback(tell_current);
#endif
    uint8_t *bytes = read_file(arguments[1], &size);
    uint64_t seed = strtoull(arguments[2], NULL, 10), first = strtoull(arguments[3], NULL, 10);
    uint64_t behind = first + strtoull(arguments[4], NULL, 10);
    // What is no GGUF can be judged as it is.
    if (!whole_read(&whole, bytes, size) && behind > 1) return 2;
    struct image image = {malloc(size + DAMAGE_ROOM), 0};
    for (current = first; current < behind; current++) {
        struct failure failure;
        damage(&image, &whole, seed, current);
        if (judge(image.bytes, image.size, (unsigned)current, &failure)) {
            run_count++;
        } else {
            refused++;
            if (getenv("READ_GGUF_REASONS") != NULL) fprintf(stderr, "%s\n", failure.text);
        }
    }
    printf("%llu refused, %llu run\n", (unsigned long long)refused, (unsigned long long)run_count);
    return 0;
}

#endif
