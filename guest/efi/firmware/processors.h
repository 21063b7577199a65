// All processors of the machine as one team.
#ifndef ZOSIA_PROCESSORS_H
#define ZOSIA_PROCESSORS_H

#include "model/team.h"

// How many there are; 1 where the firmware does not offer them.
unsigned processors_count(void);

// Starts the others, which then wait for work without rest. NULL when there is only one, or the others do
// not come.
struct team *processors_start(void);

// Sends them back to the firmware.
void processors_stop(void);

#endif
