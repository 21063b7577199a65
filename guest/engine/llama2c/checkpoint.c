#include "engine/llama2c/checkpoint.h"

#include "engine/base/text.h"
#include "engine/llama2c/layout.h"
#include "engine/llama2c/tokenizer.h"

enum {
    MAGIC = 0x616b3432, // "ak42"
    LEGACY_HEADER_BYTES = 7 * 4,
    // After the magic and the version; two more fields follow the seven numbers, unaligned.
    CONFIG_OFFSET = 8,
    SHARED_CLASSIFIER_OFFSET = 36,
    GROUP_SIZE_OFFSET = 37,
    // The products of a larger group might not fit into 32 bits (products.h).
    MAX_GROUP_SIZE = 65535,
};

static uint32_t read_uint32(const uint8_t *bytes) {
    uint32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

static bool read_shape(struct shape *shape, const uint8_t *config, struct failure *failure) {
    static const char *const names[] = {"dim",        "hidden_dim", "n_layers", "n_heads",
                                        "n_kv_heads", "vocab_size", "seq_len"};
    uint32_t numbers[7];
    for (int i = 0; i < 7; i++) {
        numbers[i] = read_uint32(config + 4 * i);
        if (numbers[i] == 0 || numbers[i] > INT32_MAX) {
            return fail(failure, "it is damaged, or no llama2.c checkpoint: its %s is %d", names[i],
                        (int)numbers[i]);
        }
    }
    *shape = (struct shape){
        .dim = numbers[0],
        .hidden_dim = numbers[1],
        .layers = numbers[2],
        .heads = numbers[3],
        .kv_heads = numbers[4],
        .vocabulary = numbers[5],
        .context = numbers[6],
    };
    if (shape->dim % shape->heads != 0 || shape->dim / shape->heads % 2 != 0) {
        return fail(failure, "it is damaged: %u heads cannot share %u dimensions", shape->heads,
                    shape->dim);
    }
    if (shape->heads % shape->kv_heads != 0) {
        return fail(failure, "it is damaged: %u key heads cannot serve %u heads", shape->kv_heads,
                    shape->heads);
    }
    if (shape->vocabulary <= TOKEN_EOS) {
        return fail(failure, "it is damaged: a vocabulary of %u has no end of text", shape->vocabulary);
    }
    shape->head_dim = shape->dim / shape->heads;
    return true;
}

// In a legacy file a negative vocabulary size means that there is a classifier besides the embedding.
static bool read_legacy(struct checkpoint *c, const uint8_t *head, struct failure *failure) {
    uint8_t config[LEGACY_HEADER_BYTES];
    memcpy(config, head, sizeof config);
    uint32_t vocabulary = read_uint32(config + 5 * 4);
    c->shared_classifier = vocabulary <= INT32_MAX;
    if (!c->shared_classifier) vocabulary = 0 - vocabulary;
    memcpy(config + 5 * 4, &vocabulary, sizeof vocabulary);
    c->weights_offset = LEGACY_HEADER_BYTES;
    return read_shape(&c->shape, config, failure);
}

static bool read_versioned(struct checkpoint *c, const uint8_t *head, struct failure *failure) {
    c->version = read_uint32(head + 4);
    if (c->version != 1 && c->version != 2) {
        return fail(failure, "it is a checkpoint of version %u, which nothing here reads", c->version);
    }
    c->shared_classifier = head[SHARED_CLASSIFIER_OFFSET] != 0;
    c->weights_offset = CHECKPOINT_HEAD_BYTES;
    if (!read_shape(&c->shape, head + CONFIG_OFFSET, failure)) return false;
    if (c->version == 1) return true;
    c->group_size = read_uint32(head + GROUP_SIZE_OFFSET);
    if (c->group_size == 0 || c->group_size > MAX_GROUP_SIZE || c->shape.dim % c->group_size != 0 ||
        c->shape.hidden_dim % c->group_size != 0) {
        return fail(failure, "it is damaged: groups of %u do not fill rows of %u and %u", c->group_size,
                    c->shape.dim, c->shape.hidden_dim);
    }
    return true;
}

bool checkpoint_read_header(struct checkpoint *checkpoint, const uint8_t *head, uint64_t file_bytes,
                            struct failure *failure) {
    *checkpoint = (struct checkpoint){0};
    bool legacy = file_bytes < 4 || read_uint32(head) != MAGIC;
    unsigned header_bytes = legacy ? LEGACY_HEADER_BYTES : CHECKPOINT_HEAD_BYTES;
    if (file_bytes < header_bytes) {
        return fail(failure, "it is no llama2.c checkpoint, having %u bytes", (unsigned)file_bytes);
    }
    bool read = legacy ? read_legacy(checkpoint, head, failure) : read_versioned(checkpoint, head, failure);
    if (!read) return false;

    uint64_t needed = checkpoint->weights_offset;
    if (!checkpoint_weights_bytes(checkpoint, &checkpoint->weights_bytes) ||
        __builtin_add_overflow(needed, checkpoint->weights_bytes, &needed)) {
        return fail(failure, "it is damaged: its shape is larger than any file");
    }
    if (needed != file_bytes) {
        return fail(failure, "it is damaged: it has %llu bytes, and a model of its shape has %llu",
                    (unsigned long long)file_bytes, (unsigned long long)needed);
    }
    return true;
}
