// Where devices are, as the firmware says it.
#ifndef ZOSIA_DEVICE_PATH_H
#define ZOSIA_DEVICE_PATH_H

#include <stdbool.h>

#include "uefi/base.h"

// Whether `device` is `whole`, or a part of it, as a partition is of its disk.
bool device_path_holds(EFI_HANDLE whole, EFI_HANDLE device);

#endif
