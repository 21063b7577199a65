#include <stdint.h>

#include "libraries.h"

/*
 * Lists what a llama.cpp calls the types of tensors and of files, by number.
 *
 * argv: the folder of libllama.so.0, and how many types of tensors it has: its table ends without a mark.
 * stdout: "tensor NUMBER NAME ELEMENTS BYTES" for each type of tensors, with the elements and the bytes of
 * a block, then "file NUMBER NAME" for each number that a type of files may have.
 */
enum { FILE_TYPES = 256 };

int main(int argc, char **argv) {
    if (argc != 3) fail("usage: list_types LIBRARIES COUNT");
    void *base = load_library(argv[1], "libggml-base.so.0");
    load_library(argv[1], "libggml.so.0");
    void *llama = load_library(argv[1], "libllama.so.0");
    const char *(*type_name)(int);
    int64_t (*block_elements)(int);
    size_t (*block_bytes)(int);
    const char *(*file_type_name)(int);
    *(void **)&type_name = symbol(base, "ggml_type_name");
    *(void **)&block_elements = symbol(base, "ggml_blck_size");
    *(void **)&block_bytes = symbol(base, "ggml_type_size");
    *(void **)&file_type_name = symbol(llama, "llama_ftype_name");
    const int tensor_types = atoi(argv[2]);
    for (int type = 0; type < tensor_types; type++) {
        const char *name = type_name(type);
        if (name == NULL) continue;
        printf("tensor %d %s %lld %zu\n", type, name, (long long)block_elements(type), block_bytes(type));
    }
    for (int type = 0; type < FILE_TYPES; type++) printf("file %d %s\n", type, file_type_name(type));
    return 0;
}
