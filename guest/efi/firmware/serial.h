// The serial port, if there is one: what is written to it arrives, however slowly the other end reads.
//
// The firmware's driver waits for no more than a fraction of a millisecond (edk2, PciSioSerialDxe): it
// keeps the character that it could not send, drops what it was given after that, and reports both as an
// error without telling them apart. One character at a time, each when the one before is on its way, none
// is lost.
#ifndef ZOSIA_SERIAL_H
#define ZOSIA_SERIAL_H

#include <stdbool.h>

bool serial_is_present(void);

// Returns when the port can take a character; does nothing without a port. An end that has not read for
// half a minute is not waited for until it reads again.
void serial_wait(void);

// Sends a byte as it is.
void serial_put(char byte);

#endif
