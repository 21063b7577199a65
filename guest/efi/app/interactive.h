// Texts typed on the console, and what the model makes of them.
#ifndef ZOSIA_INTERACTIVE_H
#define ZOSIA_INTERACTIVE_H

#include "session.h"

enum interactive_end { INTERACTIVE_EXIT, INTERACTIVE_POWER_OFF };

enum interactive_end interactive_run(struct session *session);

#endif
