#include "file_paths.h"

#include "shared/strings.h"
#include "shared/utf8.h"

bool file_path_to_firmware(CHAR16 to[FILE_PATH_CHARACTERS + 1], const char *path) {
    struct utf8_decoder decoder = {0};
    size_t length = 0;
    for (; *path != '\0'; path++) {
        uint32_t characters[2];
        unsigned count = utf8_decode(&decoder, (uint8_t)*path, characters);
        for (unsigned i = 0; i < count; i++) {
            if (characters[i] > 0xffff || length == FILE_PATH_CHARACTERS) return false;
            to[length++] = characters[i] == '/' ? '\\' : (CHAR16)characters[i];
        }
    }
    to[length] = 0;
    return decoder.missing == 0;
}

bool file_path_append(char path[FILE_PATH_BYTES], const CHAR16 *name, size_t characters) {
    size_t length = text_length(path);
    if (length > 0 && length + 1 < FILE_PATH_BYTES) path[length++] = '/';
    for (size_t i = 0; i < characters && name[i] != 0; i++) {
        char bytes[UTF8_BYTES_MAX];
        bool surrogate = name[i] >= 0xd800 && name[i] < 0xe000;
        size_t count = surrogate ? 0 : utf8_encode(name[i], bytes);
        if (surrogate || name[i] < 0x20 || length + count >= FILE_PATH_BYTES) return false;
        for (size_t b = 0; b < count; b++) path[length++] = bytes[b];
    }
    path[length] = '\0';
    return true;
}
