// converse GGUF SETTINGS CONTEXT BYTES: standard input has what happens, each after its length as four bytes: u
// and a text of the user, up to BYTES of which are promised; a and the numbers of an answer's tokens, of which the
// last has only been shown; s and a system text. For each text of the user prints where in the context its
// tokens begin, and them, or why there are none. A name with .bin in it is that of llama2.c's tokenizer with 300
// tokens. With a further argument only prints how much memory it takes, that for the settings included.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/generation/turn.h"

const char *__asan_default_options(void) { return "detect_leaks=0"; }

// All of a file, and a byte more, in memory of that size.
static char *read_all(FILE *file, size_t *size) {
    size_t capacity = 1 << 16, got;
    char *bytes = malloc(capacity);
    *size = 0;
    while ((got = fread(bytes + *size, 1, capacity - *size, file)) > 0) {
        *size += got;
        if (*size == capacity) bytes = realloc(bytes, capacity *= 2);
    }
    return realloc(bytes, *size + 1);
}

static void stop(const char *why) {
    fprintf(stderr, "%s\n", why);
    exit(1);
}

static void run(struct conversation *c, uint32_t token) {
    if (c->position == c->context) abort();
    c->tokens[c->position++] = token;
}

static void ask(struct turn *turn, struct conversation *c, const char *text) {
    struct failure failure;
    uint32_t limit;
    size_t count = turn_prepare(turn, c, text, &limit, &failure);
    if (count == 0) {
        printf("%s\n", failure.text);
        return;
    }
    printf("%u", c->position);
    c->has_pending = false;
    for (size_t i = 0; i < count; i++) {
        printf(" %u", turn->tokens[i]);
        run(c, turn->tokens[i]);
    }
    printf("\n");
}

static void answer(struct conversation *c, char *numbers) {
    for (char *at = strtok(numbers, " "); at != NULL; at = strtok(NULL, " ")) {
        if (c->has_pending && c->position == c->context) return; // as generating ends there
        if (c->has_pending) run(c, c->pending);
        c->has_pending = true;
        c->pending = (uint32_t)strtoul(at, NULL, 10);
    }
}

int main(int count, char **arguments) {
    if (count != 5 && count != 6) return 2;
    static struct gguf gguf;
    struct failure failure;
    size_t size, settings_size, input_size;
    char *bytes = read_all(fopen(arguments[1], "rb"), &size), *input = read_all(stdin, &input_size);
    char *file = read_all(fopen(arguments[2], "rb"), &settings_size);
    struct settings settings = settings_defaults;
    if (!settings_parse(&settings, file, settings_size, &failure)) stop(failure.text);
    bool is_llama2c = strstr(arguments[1], ".bin") != NULL;
    if (!is_llama2c && gguf_read(&gguf, (uint8_t *)bytes, size, &failure) != GGUF_READ) stop(failure.text);

    enum { LLAMA2C_TOKENS = 300 };
    struct language language = {0};
    struct turn turn;
    struct conversation conversation;
    struct arena arena = {0};
    size_t most = strtoull(arguments[4], NULL, 10);
    for (int pass = 0; pass < 2; pass++) {
        size_t capacity = turn_capacity(&settings, most);
        bool done = is_llama2c ? language_of_llama2c(&language, (uint8_t *)bytes, size, LLAMA2C_TOKENS,
                                                     capacity, &arena, &failure)
                               : language_of_gguf(&language, &gguf, 0, capacity, &arena, &failure);
        if (!done) stop(failure.text);
        turn_set_up(&turn, &language, &settings, most, &arena);
        conversation_set_up(&conversation, (uint32_t)strtoul(arguments[3], NULL, 10), &arena);
        if (count == 6) {
            printf("%llu\n", (unsigned long long)(arena.used + settings_size));
            return 0;
        }
        if (pass == 0) arena = (struct arena){.base = aligned_alloc(ARENA_ALIGNMENT, arena.used)};
    }
    // Memory of its own, for the sanitizer to watch.
    turn.text = malloc(turn.capacity);
    turn.tokens = malloc((language_max_tokens(&language, turn.capacity) + 1) * sizeof *turn.tokens);
    for (size_t at = 0; at < input_size;) {
        uint32_t length;
        memcpy(&length, input + at, sizeof length);
        char *text = calloc(length + 1, 1);
        memcpy(text, input + at + sizeof length, length);
        if (*text == 'u') ask(&turn, &conversation, text + 1);
        else if (*text == 'a') answer(&conversation, text + 1);
        else settings.system = text + 1;
        at += sizeof length + length;
    }
    return 0;
}
