// Signals by name, for people.
#ifndef ZOSIA_SIGNAL_NAME_H
#define ZOSIA_SIGNAL_NAME_H

// "SIGSEGV" for 11 (man 7 signal).
const char *signal_name(int signal);

#endif
