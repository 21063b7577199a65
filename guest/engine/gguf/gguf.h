// GGUF as it is on disk (ggml, docs/gguf.md): metadata, a table of tensors, and their data. Version 2 and 3,
// little-endian. Nothing is believed: each length is checked against what is left of the bytes.
#ifndef ZOSIA_GGUF_H
#define ZOSIA_GGUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/failure.h"

enum { GGUF_KEYS_MAX = 1024, GGUF_DIMENSIONS_MAX = 4 };

// The numbers that the file has for types of values.
enum gguf_type {
    GGUF_UINT8,
    GGUF_INT8,
    GGUF_UINT16,
    GGUF_INT16,
    GGUF_UINT32,
    GGUF_INT32,
    GGUF_FLOAT32,
    GGUF_BOOL,
    GGUF_STRING,
    GGUF_ARRAY,
    GGUF_UINT64,
    GGUF_INT64,
    GGUF_FLOAT64,
    GGUF_TYPES,
};

// Not terminated, and of any bytes.
struct gguf_string {
    const uint8_t *text;
    uint64_t length;
};

struct gguf_value {
    struct gguf_string key;
    uint32_t type; // enum gguf_type
    uint32_t element_type; // of an array
    uint64_t count; // of an array's elements; otherwise 1
    const uint8_t *data; // the value, or the first element; need not be aligned
};

struct gguf_tensor {
    struct gguf_string name;
    unsigned dimensions;
    uint64_t sizes[GGUF_DIMENSIONS_MAX]; // the first one is that of a row; those that are missing are 1
    uint32_t type; // ggml's number (engine/tensors/types.h)
    uint64_t offset; // from the start of the data
};

struct gguf {
    const uint8_t *bytes;
    uint64_t size_bytes;
    uint64_t tensor_count;
    uint64_t tensors_at; // where their table starts
    uint64_t data_at; // where their data starts
    uint64_t alignment;
    unsigned value_count;
    struct gguf_value values[GGUF_KEYS_MAX];
};

enum gguf_reading { GGUF_READ, GGUF_CUT_OFF, GGUF_DAMAGED };

// Reads what stands before the data. `bytes` are the beginning of the file, and have to stay. When they are
// too few, the answer is GGUF_CUT_OFF: try again with more, unless there are no more. Unless the answer is
// GGUF_READ the failure says why.
enum gguf_reading gguf_read(struct gguf *gguf, const uint8_t *bytes, uint64_t size_bytes,
                            struct failure *failure);

// Reads the table's next tensor: `position` starts at tensors_at, and is moved on. The table has been checked
// by gguf_read.
struct gguf_tensor gguf_next_tensor(const struct gguf *gguf, uint64_t *position);

// NULL if there is no such key.
const struct gguf_value *gguf_find(const struct gguf *gguf, const char *key);

// These leave `out` alone and return false if the key is missing or of another type. Integers of every width
// are taken, when they fit.
bool gguf_uint(const struct gguf *gguf, const char *key, uint64_t *out);
bool gguf_float(const struct gguf *gguf, const char *key, float *out);
bool gguf_bool(const struct gguf *gguf, const char *key, bool *out);
bool gguf_text(const struct gguf *gguf, const char *key, struct gguf_string *out);

// An array of strings is walked: `at` starts at the value's data, and is moved on. Called `count` times at most.
struct gguf_string gguf_next_string(const uint8_t **at);
// Number `index` of an array of numbers, of whatever type.
double gguf_number_at(const struct gguf_value *array, uint64_t index);

bool gguf_string_equals(struct gguf_string string, const char *text);

#endif
