// The boot mode that says what the machine has and finds.
#ifndef ZOSIA_DIAG_H
#define ZOSIA_DIAG_H

// Prints facts, each a line "zosia: NAME=VALUE". Returns an exit status: 0 when there is all that a
// chat needs.
int diag_run(void);

#endif
