// Time as the processor counts it.
#ifndef ZOSIA_CLOCK_H
#define ZOSIA_CLOCK_H

#include <stdint.h>

void clock_set_up(void);
uint64_t clock_ticks(void);
double clock_seconds(uint64_t ticks);

// A number that differs from boot to boot, and is not 0.
uint64_t clock_seed(void);

#endif
