// What llama-completion prints after the last token, on the same stream as the answer.
#ifndef ZOSIA_FAREWELL_H
#define ZOSIA_FAREWELL_H

#include <stddef.h>

// " [end of text]\n" when the model itself ended the text, then "\n\n".
enum { FAREWELL_MAX = 17 };

// The length of `text` without its farewell.
size_t farewell_strip(const char *text, size_t length);

#endif
