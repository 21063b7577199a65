// The lines that begin with a slash.
#ifndef ZOSIA_COMMANDS_H
#define ZOSIA_COMMANDS_H

#include "session.h"

enum command_outcome { COMMAND_STAY, COMMAND_LEAVE, COMMAND_SWITCH_OFF };

// `command` is what follows the slash; it is changed.
enum command_outcome command_obey(struct session *session, char *command);

#endif
