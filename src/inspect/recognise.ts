import { ZosiaError } from '../errors.js';
import { toByteString } from '../formats/byte-string.js';
import { METHOD_MAGIC_BYTES, findMethod } from '../formats/compression/methods.js';
import { ALIGNMENT_BYTES, CRC_MAGIC, NEWC_MAGIC } from '../formats/cpio/layout.js';
import { UnpackedStream, releaseUnpacked } from '../formats/cpio/stream.js';
import { SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET } from '../formats/ext4/layout/superblock.js';
import { readSuperblock } from '../formats/ext4/reader/open.js';
import { hasSuperblockMagic } from '../formats/ext4/reader/parse-superblock.js';
import { BOOT_SECTOR_BYTES, MEDIA_DESCRIPTORS } from '../formats/fat/layout/boot-sector.js';
import { isFatBootSector, parseBootSector } from '../formats/fat/reader/boot-sector.js';
import { isMbr, isProtectiveMbr } from '../formats/gpt/mbr.js';
import { isVmdkDescriptor } from '../formats/vmdk/reader.js';
import type { RandomAccess } from '../image/random-access.js';
import { shellPath } from '../shell-word.js';

/** File systems that are looked into; `ext4` stands for ext2 and ext3, too. */
export type FileSystemKind = 'ext4' | 'fat';

/** What the bytes of a file say that it is, partition tables apart. */
export type Recognised = FileSystemKind | 'vmdk' | 'cpio' | undefined;

export async function recognise(source: RandomAccess): Promise<Recognised> {
  if (await isVmdkDescriptor(source)) return 'vmdk';
  const fileSystem = await recogniseFileSystem(source);
  if (fileSystem) return fileSystem;
  return (await isInitramfs(source)) ? 'cpio' : undefined;
}

/** Zeros that may stand before an initramfs, and are looked through. */
const MAX_LEADING_ZEROS = 64 * 1024;

/** Whether it begins as one, packed or not. Of what is packed no more than the first piece is unpacked. */
async function isInitramfs(source: RandomAccess): Promise<boolean> {
  const head = await readHead(source, MAX_LEADING_ZEROS);
  const start = head.findIndex((byte) => byte !== 0);
  if (start < 0) return false;
  if (isNewc(head.subarray(start))) return start % ALIGNMENT_BYTES === 0;
  const method = findMethod(head.subarray(start, start + METHOD_MAGIC_BYTES));
  if (!method?.unpack) return false;
  await releaseUnpacked();
  const unpacked = new UnpackedStream(method.unpack(source, start));
  try {
    return isNewc(await unpacked.peek());
  } catch (error) {
    if (error instanceof ZosiaError) return false;
    throw error;
  } finally {
    await unpacked.close();
  }
}

function isNewc(head: Uint8Array): boolean {
  return startsWith(head, NEWC_MAGIC) || startsWith(head, CRC_MAGIC);
}

/** The file system that a disk or a partition begins with, sound or not. */
export async function recogniseFileSystem(
  source: RandomAccess,
): Promise<FileSystemKind | undefined> {
  const hasExt4 = await hasExt4Magic(source);
  if (!(await isFatVolume(source))) return hasExt4 ? 'ext4' : undefined;
  // In FAT the magic number can be an entry of the FAT, and before ext4 the boot sector of a FAT left over.
  return hasExt4 && (await readSuperblock(source)).problems.length === 0 ? 'ext4' : 'fat';
}

async function hasExt4Magic(source: RandomAccess): Promise<boolean> {
  if (source.sizeBytes < SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES) return false;
  return hasSuperblockMagic(await source.read(SUPERBLOCK_OFFSET, SUPERBLOCK_BYTES));
}

/**
 * Whether the first sector is that of a FAT volume rather than of a partitioned disk, which has the same
 * signature, may have the same jump to boot code, and keeps the fields of a volume that it was before.
 * A protective MBR is never one. In a sector that passes for both, what could be read as a volume is one.
 */
async function isFatVolume(source: RandomAccess): Promise<boolean> {
  const sector = await readHead(source, BOOT_SECTOR_BYTES);
  if (!isFatBootSector(sector) || isProtectiveMbr(sector)) return false;
  if (!isMbr(sector)) return true;
  const { bootSector, problems } = parseBootSector(sector, source.sizeBytes);
  return problems.length === 0 && MEDIA_DESCRIPTORS.includes(bootSector.media);
}

/** Formats that zosia does not open, and what to do with a file of one, for the message that says so. */
const FOREIGN: readonly (readonly [string, string, (word: string) => string])[] = [
  ['KDMV', 'a VMDK that holds its data itself', toRaw],
  ['QFI\xfb', 'a qcow2 image', toRaw],
  ['GGUF', 'a model rather than an image', (word) => `zosia model info ${word}`],
  [
    '\x1f\x8b',
    'gzip data, but no initramfs, unless it is damaged',
    (word) => `gunzip -k ${word}, and look again`,
  ],
  [
    '\x28\xb5\x2f\xfd',
    'zstd data, but no initramfs, unless it is damaged',
    (word) => `unzstd ${word}, and look again`,
  ],
  [
    '\xfd7zXZ',
    'xz data, but no initramfs, unless it is damaged',
    (word) => `unxz -k ${word}, and look again`,
  ],
  [
    '\x04\x22\x4d\x18',
    'lz4 data in frames, which no kernel unpacks (it takes those of lz4 -l)',
    (word) => `unlz4 ${word} unpacked, and look again`,
  ],
  [
    '\x02\x21\x4c\x18',
    'lz4 data, but no initramfs, unless it is damaged',
    (word) => `unlz4 -k ${word}, and look again`,
  ],
  [
    'BZh',
    'bzip2 data, which zosia does not unpack',
    (word) => `bunzip2 -k ${word}, and look again`,
  ],
  [
    '\x5d\x00\x00',
    'lzma data, which zosia does not unpack',
    (word) => `unlzma -k ${word}, and look again`,
  ],
  ['\x89LZO', 'lzo data, which zosia does not unpack', (word) => `lzop -d ${word}, and look again`],
  [
    '070707',
    'a cpio archive of the old format 070707, which no kernel unpacks',
    (word) => `cpio -i <${word}, and pack it again with cpio -o -H newc`,
  ],
  ['hsqs', 'a squashfs image', (word) => `unsquashfs ${word}`],
];

function toRaw(file: string): string {
  return `qemu-img convert -O raw ${file} disk.img`;
}

/** What the image at `path`, which zosia does not open, is instead, and what to do with it. */
export async function recogniseForeign(
  source: RandomAccess,
  path: string,
): Promise<{ what: string; instead: string } | undefined> {
  const head = await readHead(source, 8);
  const found = FOREIGN.find(([magic]) => startsWith(head, magic));
  return found && { what: found[1], instead: found[2](shellPath(path)) };
}

async function readHead(source: RandomAccess, length: number): Promise<Uint8Array> {
  return source.read(0, Math.min(length, source.sizeBytes));
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return toByteString(bytes.subarray(0, magic.length)) === magic;
}
