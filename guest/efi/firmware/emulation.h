// Whether the processor is QEMU's translator, where some operations are slow that are cheap elsewhere.
#ifndef ZOSIA_EMULATION_H
#define ZOSIA_EMULATION_H

#include <stdbool.h>

// Always false on aarch64, where the translator does not tell.
bool emulation_is_running(void);

#endif
