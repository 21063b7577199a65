// What the firmware answered, in its specification's word.
#ifndef ZOSIA_STATUS_H
#define ZOSIA_STATUS_H

#include "uefi/base.h"

const char *status_name(EFI_STATUS status);

#endif
