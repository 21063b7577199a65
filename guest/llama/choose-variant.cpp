// The CPU backend of a static program: the one of its variants that scores best on this processor.
#include "ggml-backend.h"
#include "ggml-cpu.h"

#define VARIANT(name)                                            \
    extern "C" ggml_backend_reg_t ggml_backend_cpu_reg_##name(); \
    extern "C" int ggml_backend_score_##name();
#include "variants.inc"
#undef VARIANT

namespace {

struct variant {
    int (*score)(); // 0 where the processor lacks what it needs
    ggml_backend_reg_t (*reg)();
};

#define VARIANT(name) {ggml_backend_score_##name, ggml_backend_cpu_reg_##name},
constexpr variant variants[] = {
#include "variants.inc"
};
#undef VARIANT

} // namespace

ggml_backend_reg_t ggml_backend_cpu_reg() {
    // The first needs nothing that the architecture does not always have.
    const variant *best = &variants[0];
    for (const variant &each : variants) {
        if (each.score() > best->score()) best = &each;
    }
    return best->reg();
}
