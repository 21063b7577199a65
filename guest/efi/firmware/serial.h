// The serial port, if there is one: what is written to it arrives, however slowly the other end reads.
//
// The firmware's driver waits for no more than a fraction of a millisecond (edk2, PciSioSerialDxe): it
// keeps the character that it could not send, drops what it was given after that, and reports both as an
// error without telling them apart. One character at a time, each when the one before is on its way, none
// is lost.
#ifndef ZOSIA_SERIAL_H
#define ZOSIA_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

bool serial_is_present(void);

// Returns when the port can take a character; does nothing without a port. An end that has not read for
// half a minute is not waited for until it reads again; one that has never read is waited for no longer than
// nobody minds, as there may be none.
void serial_wait(void);

// Sends a byte as it is.
void serial_put(char byte);

// Takes a byte that has come; false if none has. The port must be the application's own.
bool serial_get(uint8_t *byte);

// Takes the port from the firmware's terminal driver, which reads each byte as a character and writes
// none but ASCII. False, and nothing is changed, if that driver does not have it: then it is no console.
bool serial_take(void);

bool serial_is_taken(void);

// Whether the firmware's terminal driver has the port.
bool serial_is_console(void);

// Gives the firmware its console back.
void serial_give_back(void);

#endif
