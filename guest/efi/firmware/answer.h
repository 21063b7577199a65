// The answer for a program at the other end of the serial line. What the firmware's console sends there
// is made for a terminal: wrapped, with cursor movements, and perhaps not in UTF-8. So the generated text
// is also sent as it is, past the console, in frames that a reader picks out of everything else:
//
//     STX text ETX      generated text, in UTF-8, to be put together
//     EOT               the answer is complete; more of them mean nothing
//     CAN message ETX   there is no answer, or no more of it
//
// Control characters in the text other than line feed and tab are left out, so that no frame is torn.
#ifndef ZOSIA_ANSWER_H
#define ZOSIA_ANSWER_H

#include <stddef.h>

// Without this, or without a serial port, the others do nothing.
void answer_open(void);

void answer_text(const char *text, size_t length);
void answer_complete(void);
void answer_failed(const char *message);

#endif
