/**
 * The parts of a VMDK descriptor: a text file that says which extents, lying in which files, make up
 * a disk. Source: VMware, "Virtual Disk Format 5.0", chapters 1 and 2; the limits are those of
 * QEMU's reader (block/vmdk.c), which is what opens these disks.
 */

/** First line of a descriptor; readers know the format by it. */
export const SIGNATURE = '# Disk DescriptorFile';

/** The kind of disk written here: a list of plain files, none of them with a header of its own. */
export const CREATE_TYPE = 'twoGbMaxExtentFlat';

/** Kinds of disk whose extents are all plain files, so that one reader does for them. */
export const FLAT_CREATE_TYPES: readonly string[] = [CREATE_TYPE, 'monolithicFlat', 'vmfs'];

/** Content id that stands for "none": of a parent, that the disk has no parent. */
export const NO_CID = 0xffff_ffff;

/** QEMU reads no more of a descriptor and ignores the rest without a word. */
export const MAX_DESCRIPTOR_BYTES = (1 << 20) - 1;

/** QEMU reads no more of a file's name. */
export const MAX_NAME_BYTES = 511;

/**
 * QEMU holds one file open per extent and takes time that grows with their number squared: 30 ms for
 * a hundred, 0.4 s for a thousand.
 */
export const MAX_EXTENTS = 256;

/**
 * Geometry for readers that still want cylinders. Large disks all give the same one, the largest that
 * fits an ATA drive's identity.
 */
export const GEOMETRY = { heads: 16, sectors: 63, maxCylinders: 16_383 } as const;
