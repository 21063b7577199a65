// The end.
#ifndef ZOSIA_POWER_H
#define ZOSIA_POWER_H

// Ends every process, unmounts the model, prints the status as the console's last line and switches
// the machine off.
_Noreturn void power_off(int status);

// Makes a crash of init itself end in power_off rather than in a kernel panic.
void power_off_on_crash(void);

#endif
