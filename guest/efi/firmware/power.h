// The end of the machine's work.
#ifndef ZOSIA_POWER_H
#define ZOSIA_POWER_H

// A machine that stays on all the same says so, and waits to be switched off.
_Noreturn void power_off(void);

#endif
