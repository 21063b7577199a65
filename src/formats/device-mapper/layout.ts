/**
 * What a device-mapper table is bounded by here. Source of the format: the kernel's
 * Documentation/admin-guide/device-mapper/linear.rst and include/uapi/linux/dm-ioctl.h.
 */

/** As many rows as the guest has room for (guest/init/model/mapped_disk.h). */
export const MAX_ROWS = 1024;
