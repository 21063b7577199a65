// Runs a GGUF as a program of the host, and prints what it chooses.
//
//     run_gguf MODEL [--ids ID,ID,...] [--count N] [--follow ID,ID,...] [--products NAME] [--threads N]
//              [--batch N] [--context N] [--time]
//
// Output: for each position that is generated a line "ID LOGIT SECOND_ID SECOND_LOGIT" with the two likeliest
// tokens. The likeliest is gone on with, or what --follow names. --time prints to standard error how many
// tokens a second were read and generated. Failures go to standard error, with status 1.

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "../products/instruction_sets.h"
#include "engine/model/from_gguf.h"
#include "engine/transformer/transformer.h"
#include "threads.h"

struct arguments {
    const char *model, *products;
    uint32_t *ids, *follow;
    size_t id_count, follow_count;
    uint32_t count, batch, context;
    unsigned threads;
    bool time;
};

static void stop(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static size_t read_ids(char *text, uint32_t **ids) {
    size_t count = 0;
    *ids = calloc(strlen(text) + 1, sizeof **ids);
    for (char *part = strtok(text, ","); part != NULL; part = strtok(NULL, ",")) {
        (*ids)[count++] = (uint32_t)strtoul(part, NULL, 10);
    }
    return count;
}

static struct arguments read_arguments(char **list) {
    struct arguments a = {.model = list[1], .products = "", .count = 16, .batch = BATCH_MAX, .threads = 1};
    a.id_count = read_ids((char[]){"1"}, &a.ids);
    for (char **at = list + 2; *at != NULL; at += 2) {
        if (strcmp(*at, "--time") == 0) {
            a.time = true;
            at--;
        } else if (at[1] == NULL) stop("an option has no value");
        else if (strcmp(*at, "--ids") == 0) a.id_count = read_ids(at[1], &a.ids);
        else if (strcmp(*at, "--follow") == 0) a.follow_count = read_ids(at[1], &a.follow);
        else if (strcmp(*at, "--count") == 0) a.count = (uint32_t)atoi(at[1]);
        else if (strcmp(*at, "--batch") == 0) a.batch = (uint32_t)atoi(at[1]);
        else if (strcmp(*at, "--context") == 0) a.context = (uint32_t)atoi(at[1]);
        else if (strcmp(*at, "--threads") == 0) a.threads = (unsigned)atoi(at[1]);
        else if (strcmp(*at, "--products") == 0) a.products = at[1];
        else stop("an option is not known");
    }
    return a;
}

// The best that this processor has where none is named.
static const struct products *products_named(const char *name) {
    struct instruction_set sets[INSTRUCTION_SETS_MAX];
    const struct products *found = NULL;
    unsigned count = instruction_sets(sets);
    for (unsigned i = 0; i < count; i++) {
        if (sets[i].is_there && (*name == 0 || strcmp(sets[i].name, name) == 0)) found = sets[i].products;
    }
    if (found == NULL) stop("this processor has no such products");
    return found;
}

static const uint8_t *map_file(const char *path, uint64_t *size) {
    int file = open(path, O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) stop("the model cannot be opened");
    *size = (uint64_t)status.st_size;
    void *bytes = mmap(NULL, *size + 64, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (bytes == MAP_FAILED) stop("the model cannot be mapped");
    return bytes;
}

struct program {
    struct gguf gguf;
    struct gguf_files files;
    struct weights weights;
    struct tensor_table table;
    struct model model;
    struct transformer transformer;
};

static void lay_out(struct program *p, const struct arguments *a, struct arena *arena) {
    struct failure failure;
    uint32_t context = a->context != 0 ? a->context : (uint32_t)a->id_count + a->count;
    if (!model_from_gguf(&p->model, &p->table, &p->files, &p->weights, context, arena, &failure)) {
        stop(failure.text);
    }
    struct team *team = a->threads > 1 ? threads_start(a->threads) : NULL;
    if (arena->base == NULL) team = NULL;
    transformer_set_up(&p->transformer, &p->model, products_named(a->products), team, context, arena);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(getenv("CPU_TIME") == NULL ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint32_t print_two(const float *logits, uint32_t count) {
    uint32_t first = 0, second = count > 1 ? 1 : 0;
    if (logits[second] > logits[first]) first = 1, second = 0;
    for (uint32_t i = 2; i < count; i++) {
        if (logits[i] > logits[first]) second = first, first = i;
        else if (logits[i] > logits[second]) second = i;
    }
    printf("%u %.6f %u %.6f\n", first, (double)logits[first], second, (double)logits[second]);
    return first;
}

static void run(struct program *p, const struct arguments *a) {
    uint32_t position = 0, vocabulary = p->model.shape.vocabulary;
    for (size_t i = 0; i < a->id_count; i++) {
        if (a->ids[i] >= vocabulary) stop("there is no such token");
    }
    double start = seconds();
    while (position < a->id_count) {
        uint32_t count = (uint32_t)a->id_count - position;
        if (count > a->batch) count = a->batch;
        transformer_run(&p->transformer, a->ids + position, count, position);
        position += count;
    }
    double prompt = seconds() - start;
    start = seconds();
    for (uint32_t i = 0; i < a->count; i++) {
        uint32_t token = print_two(transformer_logits(&p->transformer), vocabulary);
        if (i < a->follow_count) token = a->follow[i];
        if (i + 1 < a->count) transformer_run(&p->transformer, &token, 1, position++);
    }
    if (!a->time) return;
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "prompt %.2f tokens/s, generation %.2f tokens/s, %.1f MiB at most\n",
            (double)a->id_count / prompt, a->count / (seconds() - start), (double)usage.ru_maxrss / 1024);
}

int main(int argument_count, char **list) {
    if (argument_count < 2) return 2;
    struct arguments a = read_arguments(list);
    struct failure failure;
    static struct program p;
    uint64_t size;
    const uint8_t *file = map_file(a.model, &size);
    if (gguf_read(&p.gguf, file, size, &failure) != GGUF_READ) stop(failure.text);
    if (p.gguf.data_at > size) stop("it is damaged: it ends before its weights");
    p.files = (struct gguf_files){.count = 1, .files = &p.gguf, .data_bytes = {size - p.gguf.data_at}};
    p.weights.count = 1;
    p.weights.pieces[0] = (struct weights_piece){0, 0, size - p.gguf.data_at, file + p.gguf.data_at};
    struct arena arena = {0};
    lay_out(&p, &a, &arena);
    if (arena.overflow) stop("it is too large");
    arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    if (arena.base == NULL) return 2;
    lay_out(&p, &a, &arena);
    run(&p, &a);
    return 0;
}
