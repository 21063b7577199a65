// choose TEMPERATURE TOP_K TOP_P MIN_P PENALTY SEED DRAWS LOGITS RECENT: prints the tokens that are chosen.
// LOGITS and RECENT are lists with commas.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/sampling/chain.h"

const char *__asan_default_options(void) { return "detect_leaks=0"; }

static size_t count_of(const char *list) {
    size_t count = *list == '\0' ? 0 : 1;
    for (; *list != '\0'; list++) count += *list == ',';
    return count;
}

int main(int count, char **a) {
    if (count != 10) return 2;
    struct chain chain = {
        .temperature = strtof(a[1], NULL),
        .top_k = (uint32_t)strtoul(a[2], NULL, 10),
        .top_p = strtof(a[3], NULL),
        .min_p = strtof(a[4], NULL),
        .repeat_penalty = strtof(a[5], NULL),
    };
    size_t vocabulary = count_of(a[8]), recent_count = count_of(a[9]);
    float *logits = malloc(vocabulary * sizeof *logits), *used = malloc(vocabulary * sizeof *used);
    uint32_t *recent = malloc(recent_count * sizeof *recent);
    char *at = a[8];
    for (size_t i = 0; i < vocabulary; i++, at++) logits[i] = strtof(at, &at);
    at = a[9];
    for (size_t i = 0; i < recent_count; i++, at++) recent[i] = (uint32_t)strtoul(at, &at, 10);

    struct sampler sampler = {0};
    struct arena arena = {0};
    sampler_set_up(&sampler, (uint32_t)vocabulary, &arena);
    arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    sampler_set_up(&sampler, (uint32_t)vocabulary, &arena);
    sampler.state = strtoull(a[6], NULL, 10);
    for (unsigned long i = 0; i < strtoul(a[7], NULL, 10); i++) {
        memcpy(used, logits, vocabulary * sizeof *used);
        printf("%u ", chain_choose(&sampler, used, &chain, recent, recent_count));
    }
    return 0;
}
