// What the EFI application is measured against: the same arithmetic as a process 1 of Linux. It has
// guest/efi/model in common with the application, but plain loops in place of vector code, compiled as
// one compiles llama2.c (-O3 -ffast-math). It reads the same llama2.cfg, goes through the same steps as
// guest/efi/app/generate.c, and ends with the same line.

#include "linux.h"
#include "model/encoder.h"
#include "model/sampler.h"
#include "model/settings.h"
#include "model/text.h"
#include "model/transformer.h"
#include "products_plain.h"

__asm__(START_ASSEMBLY);

enum { CONSOLE = 1 }; // which the kernel has opened

static void print(const char *text, size_t length) { sys_write(CONSOLE, text, length); }

static _Noreturn void power_off(int status) {
    char line[64];
    print(line, text_format(line, sizeof line, "zosia: exit status=%d\n", status));
    sys_ioctl(CONSOLE, TCSBRK, (void *)1); // until all is sent
    for (;;) sys_reboot(REBOOT_POWER_OFF);
}

static _Noreturn void stop(const char *what, const char *reason) {
    char line[512];
    print(line, text_format(line, sizeof line, "%s: %s\n", what, reason));
    power_off(1);
}

static uint8_t *map(const char *name, int fd, size_t size) {
    long address = sys_map(fd, size);
    if (address < 0 && address > -4096) stop(name, "no memory");
    return (uint8_t *)address;
}

static uint8_t *map_file(const char *path, uint64_t *size) {
    int fd = sys_open(path, O_RDONLY);
    if (fd < 0) stop(path, "cannot be opened");
    *size = (uint64_t)sys_size(fd);
    uint8_t *bytes = map(path, fd, *size + 1); // the settings want a byte more; the last page has it
    sys_close(fd);
    return bytes;
}

struct model {
    struct checkpoint checkpoint;
    struct tokenizer tokenizer;
    struct encoder encoder;
    struct transformer transformer;
    struct sampler sampler;
    uint32_t *prompt;
};

static void lay_out(struct model *m, const struct settings *settings, const uint8_t *tokenizer,
                    uint64_t tokenizer_bytes, struct arena *arena) {
    struct failure failure;
    uint32_t vocabulary = m->checkpoint.shape.vocabulary;
    size_t length = text_length(settings->prompt);
    if (!tokenizer_set_up(&m->tokenizer, tokenizer, tokenizer_bytes, vocabulary, arena, &failure)) {
        stop(settings->tokenizer, failure.text);
    }
    encoder_set_up(&m->encoder, &m->tokenizer, length, arena);
    m->prompt = arena_take(arena, encoder_max_tokens(length), sizeof(uint32_t));
    sampler_set_up(&m->sampler, vocabulary, arena);
    transformer_set_up(&m->transformer, &m->checkpoint, &products_plain, NULL, arena);
}

static void load(struct model *m, const struct settings *settings) {
    struct failure failure;
    uint64_t checkpoint_bytes, tokenizer_bytes;
    const uint8_t *checkpoint = map_file(settings->model, &checkpoint_bytes);
    const uint8_t *tokenizer = map_file(settings->tokenizer, &tokenizer_bytes);
    if (!checkpoint_read_header(&m->checkpoint, checkpoint, checkpoint_bytes, &failure)) {
        stop(settings->model, failure.text);
    }
    checkpoint_map(&m->checkpoint, checkpoint + m->checkpoint.weights_offset);
    struct arena arena = {0};
    lay_out(m, settings, tokenizer, tokenizer_bytes, &arena);
    arena = (struct arena){.base = map("the state of the model", -1, arena.used)};
    lay_out(m, settings, tokenizer, tokenizer_bytes, &arena);
}

static void generate(struct model *m, const struct settings *settings) {
    uint32_t context = m->checkpoint.shape.context, steps = settings->steps;
    uint32_t limit = steps == 0 || steps > context ? context : steps, position = 0;
    size_t count = encoder_encode(&m->encoder, settings->prompt, text_length(settings->prompt), m->prompt);
    uint32_t token = m->prompt[0];
    double start = 0;
    m->sampler.state = settings->seed;
    while (position < limit) {
        float *logits = transformer_forward(&m->transformer, token, position++);
        uint32_t next = position < count
                            ? m->prompt[position]
                            : sampler_choose(&m->sampler, logits, settings->temperature, settings->top_p);
        if (position >= count && (next == TOKEN_BOS || next == TOKEN_EOS)) break;
        uint8_t byte;
        struct piece piece = tokenizer_decode(&m->tokenizer, token, next, &byte);
        print((const char *)piece.text, piece.length);
        token = next;
        if (start == 0) start = sys_now_seconds();
    }
    double seconds = sys_now_seconds() - start;
    char line[128];
    print(line, text_format(line, sizeof line, "\n%u tokens in %.3f s: %.2f tokens/s\n", position - 1,
                            seconds, (position - 1) / seconds));
}

_Noreturn void init_main(void);
_Noreturn void init_main(void) {
    static struct model model;
    struct settings settings = settings_defaults;
    struct failure failure;
    uint64_t size;
    char *file = (char *)map_file("llama2.cfg", &size);
    if (!settings_parse(&settings, file, size, &failure)) stop("/", failure.text);
    load(&model, &settings);
    print("Generating:\n", 12);
    generate(&model, &settings);
    power_off(0);
}
