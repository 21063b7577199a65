#include "engine/base/failure.h"

#include "engine/base/text.h"

bool fail(struct failure *failure, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    text_format_list(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    return false;
}
