// Kernel modules.
#ifndef ZOSIA_MODULES_H
#define ZOSIA_MODULES_H

#include <stdbool.h>

// Loads the modules that /etc/zosia/modules lists, one absolute path a line, in that order. One that
// fails is named on the console and the rest are still loaded. False when any failed.
bool modules_load(void);

#endif
