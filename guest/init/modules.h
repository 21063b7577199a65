// Kernel modules.
#ifndef ZOSIA_MODULES_H
#define ZOSIA_MODULES_H

// Loads the modules that /etc/zosia/modules lists, one absolute path a line, in that order. One that
// fails is named on the console and the rest are still loaded.
void modules_load(void);

#endif
