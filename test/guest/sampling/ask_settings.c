// ask_settings: reads llama2.cfg from standard input, and prints what a GGUF's next token is chosen by: temperature,
// top_k, top_p, min_p, penalty.

#include <stdio.h>

#include "engine/sampling/from_settings.h"

int main(void) {
    static char file[4096];
    size_t size = fread(file, 1, sizeof file - 1, stdin);
    struct settings settings = settings_defaults;
    struct failure failure;
    if (!settings_parse(&settings, file, size, &failure)) {
        fprintf(stderr, "%s\n", failure.text);
        return 1;
    }
    settings_complete(&settings, KIND_GGUF);
    struct chain chain = chain_of_settings(&settings);
    printf("%g %u %g %g %g\n", (double)chain.temperature, chain.top_k, (double)chain.top_p,
           (double)chain.min_p, (double)chain.repeat_penalty);
    return 0;
}
