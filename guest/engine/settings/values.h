// What stands behind the equals sign of a setting. Each returns false, and sets nothing, for what is not of its
// kind; texts are changed in place.
#ifndef ZOSIA_SETTINGS_VALUES_H
#define ZOSIA_SETTINGS_VALUES_H

#include <stdbool.h>
#include <stdint.h>

#include "engine/settings/settings.h"

bool value_decimal(float *field, const char *value, double minimum, double maximum);
bool value_whole(uint32_t *field, const char *value); // up to INT32_MAX
bool value_choice(int *field, const char *value, const char *const names[2]);
bool value_text(const char **field, char *value); // without its escapes
bool value_template(struct template *field, char *value); // with {prompt} in it exactly once

// Without blanks at its ends.
char *value_trim(char *text);
bool value_is_blank(char c);

#endif
