#include "engine/gguf/gguf.h"

#include "engine/base/text.h"

enum {
    MAGIC_BYTES = 4,
    NAME_BYTES_MAX = 65535, // of a key; ggml's own bound
    DEFAULT_ALIGNMENT = 32,
    MIN_ALIGNMENT = 8, // the specification's, for floats to be read where they are
    MAX_ALIGNMENT = 1 << 20,
};

// Bytes of a value of each type; 0 for those that tell their length themselves.
static const uint8_t type_bytes[GGUF_TYPES] = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

struct cursor {
    const uint8_t *bytes;
    uint64_t size;
    uint64_t at;
    bool cut_off;
};

static bool has(struct cursor *c, uint64_t bytes) {
    if (c->cut_off || bytes > c->size - c->at) c->cut_off = true;
    return !c->cut_off;
}

static uint64_t take(struct cursor *c, unsigned bytes) {
    uint64_t value = 0;
    if (!has(c, bytes)) return 0;
    memcpy(&value, c->bytes + c->at, bytes);
    c->at += bytes;
    return value;
}

static struct gguf_string take_string(struct cursor *c) {
    uint64_t length = take(c, 8);
    if (!has(c, length)) return (struct gguf_string){c->bytes, 0};
    struct gguf_string string = {c->bytes + c->at, length};
    c->at += length;
    return string;
}

static bool skip_strings(struct cursor *c, uint64_t count) {
    for (uint64_t i = 0; i < count && !c->cut_off; i++) take_string(c);
    return !c->cut_off;
}

static void skip(struct cursor *c, uint64_t count, unsigned bytes) {
    uint64_t all;
    if (__builtin_mul_overflow(count, (uint64_t)bytes, &all) || !has(c, all)) c->cut_off = true;
    else c->at += all;
}

static int name_length(struct gguf_string name) { return name.length > 80 ? 80 : (int)name.length; }

// Names are shown as they are, but for what is no ASCII.
static const char *shown(struct gguf_string name, char out[84]) {
    int length = name_length(name);
    for (int i = 0; i < length; i++) {
        out[i] = name.text[i] >= 0x20 && name.text[i] < 0x7f ? (char)name.text[i] : '?';
    }
    out[length] = '\0';
    return out;
}

static bool read_value(struct cursor *c, struct gguf_value *value, struct failure *failure) {
    char name[84];
    value->key = take_string(c);
    value->type = (uint32_t)take(c, 4);
    value->element_type = 0;
    value->count = 1;
    if (c->cut_off) return true;
    if (value->key.length > NAME_BYTES_MAX) return fail(failure, "it is damaged: a key is too long");
    if (value->type == GGUF_ARRAY) {
        value->element_type = (uint32_t)take(c, 4);
        value->count = take(c, 8);
    }
    value->data = c->bytes + c->at;
    if (c->cut_off) return true;
    uint32_t type = value->type == GGUF_ARRAY ? value->element_type : value->type;
    if (type >= GGUF_TYPES || type == GGUF_ARRAY) {
        return fail(failure, "it is damaged: %s has values of the unknown type %u", shown(value->key, name),
                    type);
    }
    if (type == GGUF_STRING) skip_strings(c, value->count);
    else skip(c, value->count, type_bytes[type]);
    return true;
}

static bool read_tensor(struct cursor *c, struct gguf_tensor *tensor, struct failure *failure) {
    char name[84];
    tensor->name = take_string(c);
    tensor->dimensions = (unsigned)take(c, 4);
    if (!c->cut_off && tensor->dimensions > GGUF_DIMENSIONS_MAX) {
        return fail(failure, "it is damaged: the tensor %s has %u dimensions", shown(tensor->name, name),
                    tensor->dimensions);
    }
    for (unsigned i = 0; i < GGUF_DIMENSIONS_MAX; i++) {
        tensor->sizes[i] = !c->cut_off && i < tensor->dimensions ? take(c, 8) : 1;
    }
    tensor->type = (uint32_t)take(c, 4);
    tensor->offset = take(c, 8);
    return true;
}

static bool read_values(struct gguf *gguf, struct cursor *c, uint64_t count, struct failure *failure) {
    gguf->value_count = 0;
    if (count > GGUF_KEYS_MAX) {
        return fail(failure, "it has %llu keys, and %u is the most that is taken",
                    (unsigned long long)count, (unsigned)GGUF_KEYS_MAX);
    }
    for (uint64_t i = 0; i < count && !c->cut_off; i++) {
        if (!read_value(c, &gguf->values[i], failure)) return false;
        if (!c->cut_off) gguf->value_count++;
    }
    return true;
}

static bool read_alignment(struct gguf *gguf, struct failure *failure) {
    gguf->alignment = DEFAULT_ALIGNMENT;
    gguf_uint(gguf, "general.alignment", &gguf->alignment);
    bool power = (gguf->alignment & (gguf->alignment - 1)) == 0;
    if (power && gguf->alignment >= MIN_ALIGNMENT && gguf->alignment <= MAX_ALIGNMENT) return true;
    return fail(failure, "it is damaged: its alignment is %llu", (unsigned long long)gguf->alignment);
}

static bool read_header(struct gguf *gguf, struct cursor *c, struct failure *failure) {
    uint32_t magic = (uint32_t)take(c, MAGIC_BYTES), version = (uint32_t)take(c, 4);
    if (!c->cut_off && memcmp(&magic, "GGUF", MAGIC_BYTES) != 0) return fail(failure, "it is no GGUF");
    if (!c->cut_off && version != 2 && version != 3) {
        return fail(failure, "it is a GGUF of version %u; 2 and 3 are read", version);
    }
    gguf->tensor_count = take(c, 8);
    uint64_t values = take(c, 8);
    if (c->cut_off) return true;
    if (!read_values(gguf, c, values, failure)) return false;
    if (c->cut_off) return true;
    if (!read_alignment(gguf, failure)) return false;
    gguf->tensors_at = c->at;
    for (uint64_t i = 0; i < gguf->tensor_count && !c->cut_off; i++) {
        struct gguf_tensor tensor;
        if (!read_tensor(c, &tensor, failure)) return false;
    }
    gguf->data_at = (c->at + gguf->alignment - 1) & ~(gguf->alignment - 1);
    return true;
}

enum gguf_reading gguf_read(struct gguf *gguf, const uint8_t *bytes, uint64_t size_bytes,
                            struct failure *failure) {
    struct cursor cursor = {.bytes = bytes, .size = size_bytes};
    gguf->bytes = bytes;
    gguf->size_bytes = size_bytes;
    gguf->value_count = 0;
    if (!read_header(gguf, &cursor, failure)) return GGUF_DAMAGED;
    if (!cursor.cut_off) return GGUF_READ;
    fail(failure, "it is damaged: it ends before its weights");
    return GGUF_CUT_OFF;
}

struct gguf_tensor gguf_next_tensor(const struct gguf *gguf, uint64_t *position) {
    struct cursor cursor = {gguf->bytes, gguf->size_bytes, *position, false};
    struct failure failure;
    struct gguf_tensor tensor = {0};
    read_tensor(&cursor, &tensor, &failure);
    *position = cursor.at;
    return tensor;
}

bool gguf_string_equals(struct gguf_string string, const char *text) {
    size_t length = text_length(text);
    return string.length == length && memcmp(string.text, text, length) == 0;
}

const struct gguf_value *gguf_find(const struct gguf *gguf, const char *key) {
    for (unsigned i = 0; i < gguf->value_count; i++) {
        if (gguf_string_equals(gguf->values[i].key, key)) return &gguf->values[i];
    }
    return NULL;
}

static uint64_t bits_at(const uint8_t *data, unsigned bytes) {
    uint64_t bits = 0;
    memcpy(&bits, data, bytes);
    return bits;
}

static int64_t sign_extended(uint64_t bits, unsigned bytes) {
    unsigned unused = 64 - 8 * bytes;
    return (int64_t)(bits << unused) >> unused;
}

static bool is_signed(uint32_t type) {
    return type == GGUF_INT8 || type == GGUF_INT16 || type == GGUF_INT32 || type == GGUF_INT64;
}

static bool is_unsigned(uint32_t type) {
    return type == GGUF_UINT8 || type == GGUF_UINT16 || type == GGUF_UINT32 || type == GGUF_UINT64;
}

bool gguf_uint(const struct gguf *gguf, const char *key, uint64_t *out) {
    const struct gguf_value *value = gguf_find(gguf, key);
    if (value == NULL || !(is_signed(value->type) || is_unsigned(value->type))) return false;
    unsigned bytes = type_bytes[value->type];
    uint64_t bits = bits_at(value->data, bytes);
    if (is_signed(value->type) && sign_extended(bits, bytes) < 0) return false;
    *out = bits;
    return true;
}

static double number_of(uint32_t type, const uint8_t *data) {
    unsigned bytes = type_bytes[type];
    uint64_t bits = bits_at(data, bytes);
    if (type == GGUF_FLOAT32) {
        float number;
        memcpy(&number, data, sizeof number);
        return (double)number;
    }
    if (type == GGUF_FLOAT64) {
        double number;
        memcpy(&number, data, sizeof number);
        return number;
    }
    return is_signed(type) ? (double)sign_extended(bits, bytes) : (double)bits;
}

bool gguf_float(const struct gguf *gguf, const char *key, float *out) {
    const struct gguf_value *value = gguf_find(gguf, key);
    if (value == NULL || (value->type != GGUF_FLOAT32 && value->type != GGUF_FLOAT64)) return false;
    *out = (float)number_of(value->type, value->data);
    return true;
}

bool gguf_bool(const struct gguf *gguf, const char *key, bool *out) {
    const struct gguf_value *value = gguf_find(gguf, key);
    if (value == NULL || value->type != GGUF_BOOL) return false;
    *out = value->data[0] != 0;
    return true;
}

bool gguf_text(const struct gguf *gguf, const char *key, struct gguf_string *out) {
    const struct gguf_value *value = gguf_find(gguf, key);
    if (value == NULL || value->type != GGUF_STRING) return false;
    *out = (struct gguf_string){value->data + 8, bits_at(value->data, 8)};
    return true;
}

struct gguf_string gguf_next_string(const uint8_t **at) {
    struct gguf_string string = {*at + 8, bits_at(*at, 8)};
    *at = string.text + string.length;
    return string;
}

double gguf_number_at(const struct gguf_value *array, uint64_t index) {
    return number_of(array->element_type, array->data + index * type_bytes[array->element_type]);
}
