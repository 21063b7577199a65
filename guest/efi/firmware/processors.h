// All processors of the machine as one team.
#ifndef ZOSIA_PROCESSORS_H
#define ZOSIA_PROCESSORS_H

#include "engine/base/team.h"

// How many there are to be had; 1 where the firmware does not offer them.
unsigned processors_count(void);

// Starts the others, which then wait for work without rest. What has not come after two seconds is done
// without, and joins if it comes later. NULL when there is only one, or no other comes.
struct team *processors_start(void);

// Sends them back to the firmware. One that never came is not waited for.
void processors_stop(void);

#endif
