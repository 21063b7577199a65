// What runs on the user's behalf, llama.cpp's programs, runs with nothing but what it needs: as a user
// without privileges, without capabilities and without a way to get any, and with a /dev of its own.
#ifndef ZOSIA_CONFINEMENT_H
#define ZOSIA_CONFINEMENT_H

#include <stdbool.h>

// The user and the group of that number, which own nothing but what is given to them.
enum { CONFINED_USER = 1000 };

// In a new process, before it executes its program. Returns 0, or a negated errno when it must not go on.
long confinement_enter(void);

// Whether a confined process may read a file.
bool confinement_may_read(const char *path);

#endif
