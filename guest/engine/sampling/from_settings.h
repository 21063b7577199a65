// How settings have the next token chosen.
#ifndef ZOSIA_FROM_SETTINGS_H
#define ZOSIA_FROM_SETTINGS_H

#include "engine/sampling/chain.h"
#include "engine/settings/settings.h"

// The settings are complete.
struct chain chain_of_settings(const struct settings *settings);

#endif
