import { NEWC_MAGIC } from '../formats/cpio/layout.js';
import { readNumber } from '../formats/fields.js';
import {
  SUPERBLOCK,
  SUPERBLOCK_BYTES,
  SUPERBLOCK_MAGIC,
  SUPERBLOCK_OFFSET,
} from '../formats/ext4/layout/superblock.js';
import { GZIP_MAGIC, GZIP_PEEK_BYTES, peekGzip } from '../formats/gzip/peek.js';
import { isVmdkDescriptor } from '../formats/vmdk/reader.js';
import type { RandomAccess } from '../image/random-access.js';
import { shellWord } from '../image/shell-word.js';

/** What the bytes of a file say that it is, partition tables apart. */
export type Recognised = 'vmdk' | 'ext4' | 'cpio' | 'gzip-cpio' | undefined;

export async function recognise(source: RandomAccess): Promise<Recognised> {
  if (await isVmdkDescriptor(source)) return 'vmdk';
  if (await hasExt4Magic(source)) return 'ext4';
  const head = await readHead(source, GZIP_PEEK_BYTES);
  if (startsWith(head, NEWC_MAGIC)) return 'cpio';
  const isGzip = GZIP_MAGIC.every((byte, i) => head[i] === byte);
  return isGzip && startsWith(peekGzip(head), NEWC_MAGIC) ? 'gzip-cpio' : undefined;
}

/** Whether there is the magic number of an ext2, ext3 or ext4 superblock. */
export async function hasExt4Magic(source: RandomAccess): Promise<boolean> {
  if (source.sizeBytes < SUPERBLOCK_OFFSET + SUPERBLOCK_BYTES) return false;
  const { offset, width } = SUPERBLOCK.magic;
  const bytes = await source.read(SUPERBLOCK_OFFSET, offset + width);
  return readNumber(SUPERBLOCK.magic, bytes) === SUPERBLOCK_MAGIC;
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
