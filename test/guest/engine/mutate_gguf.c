// How libFuzzer changes inputs of read_gguf: half of the time as it likes, which mostly gives what is refused for its
// first lengths, else as damage.h does, which knows what is a number of the file.

#include "damage.h"

size_t LLVMFuzzerMutate(uint8_t *bytes, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed);

static size_t mutate(struct image *image, const struct whole *w, size_t most) {
    damage_some(image, w);
    // What has become shorter mostly gets room behind it again: the end of the file is a reason for everything.
    if (image->size < w->size && draw(8) > 0) {
        memset(image->bytes + image->size, 0, w->size - image->size);
        image->size = w->size;
    }
    return image->size < most ? image->size : most;
}

size_t LLVMFuzzerCustomMutator(uint8_t *bytes, size_t size, size_t most, unsigned seed) {
    static struct whole whole;
    damage_seed(seed, 0);
    if (draw(2) == 0) return LLVMFuzzerMutate(bytes, size, most);
    whole.field_count = whole.entry_count = 0;
    // There has to be an entry beside the end.
    bool is_read = whole_read(&whole, bytes, size);
    if (!is_read || whole.entry_count < 2) {
        if (is_read) free(whole.fields), free(whole.entries);
        return LLVMFuzzerMutate(bytes, size, most);
    }
    struct image image = {malloc(size + DAMAGE_ROOM), size};
    memcpy(image.bytes, bytes, size);
    size_t mutated = mutate(&image, &whole, most);
    memcpy(bytes, image.bytes, mutated);
    free(image.bytes);
    free(whole.fields);
    free(whole.entries);
    return mutated;
}
