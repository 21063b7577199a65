// Names of files, between UTF-8 with slashes and what the firmware has.
#ifndef ZOSIA_FILE_PATHS_H
#define ZOSIA_FILE_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "uefi/base.h"

enum {
    FILE_PATH_CHARACTERS = 255,
    FILE_PATH_BYTES = FILE_PATH_CHARACTERS * 3 + 1, // no character of UCS-2 takes more in UTF-8
};

// False if it cannot be a name there.
bool file_path_to_firmware(CHAR16 to[FILE_PATH_CHARACTERS + 1], const char *path);

// Appends a name to a path. False if there is no room, or what the firmware has is no text.
bool file_path_append(char path[FILE_PATH_BYTES], const CHAR16 *name, size_t characters);

#endif
