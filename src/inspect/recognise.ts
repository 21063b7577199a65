import { NEWC_MAGIC } from '../formats/cpio/layout.js';
import { SUPERBLOCK_BYTES, SUPERBLOCK_OFFSET } from '../formats/ext4/layout/superblock.js';
import { readSuperblock } from '../formats/ext4/reader/open.js';
import { hasSuperblockMagic } from '../formats/ext4/reader/parse-superblock.js';
import { BOOT_SECTOR_BYTES, MEDIA_DESCRIPTORS } from '../formats/fat/layout/boot-sector.js';
import { isFatBootSector, parseBootSector } from '../formats/fat/reader/boot-sector.js';
import { isMbr, isProtectiveMbr } from '../formats/gpt/mbr.js';
import { GZIP_MAGIC, GZIP_PEEK_BYTES, peekGzip } from '../formats/gzip/peek.js';
import { isVmdkDescriptor } from '../formats/vmdk/reader.js';
import type { RandomAccess } from '../image/random-access.js';
import { shellWord } from '../image/shell-word.js';

/** File systems that are looked into; `ext4` stands for ext2 and ext3, too. */
export type FileSystemKind = 'ext4' | 'fat';

/** What the bytes of a file say that it is, partition tables apart. */
export type Recognised = FileSystemKind | 'vmdk' | 'cpio' | 'gzip-cpio' | undefined;

export async function recognise(source: RandomAccess): Promise<Recognised> {
  if (await isVmdkDescriptor(source)) return 'vmdk';
  const fileSystem = await recogniseFileSystem(source);
  if (fileSystem) return fileSystem;
  const head = await readHead(source, GZIP_PEEK_BYTES);
  if (startsWith(head, NEWC_MAGIC)) return 'cpio';
  const isGzip = GZIP_MAGIC.every((byte, i) => head[i] === byte);
  return isGzip && startsWith(peekGzip(head), NEWC_MAGIC) ? 'gzip-cpio' : undefined;
}

/** The file system that a disk or a partition begins with, sound or not. */
export async function recogniseFileSystem(
  source: RandomAccess,
): Promise<FileSystemKind | undefined> {
  const hasExt4 = await hasExt4Magic(source);
  if (!(await isFatVolume(source))) return hasExt4 ? 'ext4' : undefined;
  // In FAT the magic number can be an entry of the FAT, and before ext4 the boot sector of a FAT left over.
  return hasExt4 && (await readSuperblock(source)).faults.length === 0 ? 'ext4' : 'fat';
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
  const { bootSector, faults } = parseBootSector(sector, source.sizeBytes);
  return faults.length === 0 && MEDIA_DESCRIPTORS.includes(bootSector.media);
}

/** Formats that zosia does not open, and what to do with a file of one, for the message that says so. */
const FOREIGN: readonly (readonly [string, string, (file: string) => string])[] = [
  ['KDMV', 'a VMDK that holds its data itself', toRaw],
  ['QFI\xfb', 'a qcow2 image', toRaw],
  ['GGUF', 'a model rather than an image', (file) => `zosia model info ${file}`],
  ['\x1f\x8b', 'gzip data, but no initramfs', (file) => `gunzip -k ${file}, and look again`],
  ['\x28\xb5\x2f\xfd', 'zstd data', (file) => `unzstd ${file}, and look again`],
  ['\xfd7zXZ', 'xz data', (file) => `unxz -k ${file}, and look again`],
  ['hsqs', 'a squashfs image', (file) => `unsquashfs ${file}`],
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
  return found && { what: found[1], instead: found[2](shellWord(path)) };
}

async function readHead(source: RandomAccess, length: number): Promise<Uint8Array> {
  return source.read(0, Math.min(length, source.sizeBytes));
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return Buffer.from(bytes.subarray(0, magic.length)).toString('latin1') === magic;
}
