#include "engine/model/weights.h"

const uint8_t *weights_at(const struct weights *weights, uint32_t part, uint64_t offset, uint64_t bytes) {
    for (unsigned i = 0; i < weights->count; i++) {
        const struct weights_piece *piece = &weights->pieces[i];
        if (piece->part != part || offset < piece->begin || offset > piece->end) continue;
        if (bytes <= piece->end - offset) return piece->memory + (offset - piece->begin);
    }
    return NULL;
}
