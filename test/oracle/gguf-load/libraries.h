/* What is taken out of llama.cpp's libraries, by name; a program that lacks it ends. */
#pragma once

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what) {
    fprintf(stderr, "%s\n", what);
    exit(2);
}

static void *load_library(const char *folder, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    void *library = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (library == NULL) fail(dlerror());
    return library;
}

static void *symbol(void *library, const char *name) {
    void *found = dlsym(library, name);
    if (found == NULL) fail(dlerror());
    return found;
}
