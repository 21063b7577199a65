// The file systems that the firmware reads.
#ifndef ZOSIA_VOLUMES_H
#define ZOSIA_VOLUMES_H

#include "uefi/files.h"

enum { VOLUMES_MAX = 32 };

// The one that the application was started from comes first, if it is among them.
unsigned volumes_find(EFI_HANDLE volumes[VOLUMES_MAX]);

// Its root, which the caller closes; NULL if it cannot be read.
EFI_FILE_PROTOCOL *volume_root(EFI_HANDLE volume);

// The one that the application's files are on: the first that has settings, or else the first that can be
// read. NULL if there is none.
EFI_HANDLE volume_home(void);

#endif
