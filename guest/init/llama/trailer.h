// What llama-completion prints after the last token, on the same stream as the answer.
#ifndef ZOSIA_TRAILER_H
#define ZOSIA_TRAILER_H

#include <stdbool.h>
#include <stddef.h>

// " [end of text]\n" when the model itself ended the text, then "\n\n".
enum { TRAILER_MAX = 17 };

// Whether `text` ends as if the model had ended it. A model may generate just these words, and be cut
// off behind them: where the log says that it was cut off, that counts.
bool trailer_says_end(const char *text, size_t length);

// The length of `text` without its trailer: without the model's end only if that is what `ended` says.
size_t trailer_strip(const char *text, size_t length, bool ended);

#endif
