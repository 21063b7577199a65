import { planFat } from '../../../src/formats/fat/plan.js';
import type { FatEntry, FatOptions } from '../../../src/formats/fat/plan.js';
import { openVolume } from '../../../src/formats/fat/reader/volume.js';
import type { Volume } from '../../../src/formats/fat/reader/volume.js';
import {
  DIRECTORY_ENTRY_BYTES,
  NAME_MARK,
  SHORT_NAME_BYTES,
} from '../../../src/formats/fat/layout/directory.js';
import { FAT_TYPE_FACTS } from '../../../src/formats/fat/layout/table.js';
import { pieceCount, writeLongName } from '../../../src/formats/fat/long-name.js';
import { accessBytes } from '../../../src/image/random-access.js';
import type { ImageTree } from '../../../src/inspect/node.js';
import { fatTree } from '../../../src/inspect/fat/tree.js';
import { file } from '../../formats/fat/layouts.js';
import { imageBytes } from '../../support/images.js';

export const TEXT_SECONDS = Date.UTC(2024, 1, 29, 12, 30, 58) / 1000;

/** What an ESP has, and names of several kinds. */
export const SMALL_VOLUME: readonly FatEntry[] = [
  file('/EFI/BOOT/BOOTX64.EFI', Buffer.alloc(1500, 1)),
  file('/EFI/BOOT/bootaa64.efi', Buffer.alloc(100, 2)),
  file('/EFI/BOOT/readme.txt', 'boot programs'),
  { ...file('/llama2.cfg', 'steps=20\n'), readOnly: true, mtime: { seconds: TEXT_SECONDS } },
  file('/empty', ''),
  file('/also empty', ''),
  { type: 'directory', path: '/closed', readOnly: true },
  file('/Grüße aus 東京.text', 'long'),
];

export const fatBytes = async (
  entries: readonly FatEntry[] = SMALL_VOLUME,
  options: FatOptions = { label: 'LOOK' },
): Promise<Uint8Array> => (await imageBytes(planFat(entries, options))).slice();

export const volumeOf = (bytes: Uint8Array): Promise<Volume> => openVolume(accessBytes(bytes));

export const treeOf = async (bytes: Uint8Array): Promise<ImageTree> =>
  fatTree(await volumeOf(bytes));

/** Sets an entry of every copy of a FAT16 or FAT32. */
export async function setFatEntry(bytes: Uint8Array, index: number, value: number): Promise<void> {
  const { bootSector } = await volumeOf(bytes);
  const entryBytes = FAT_TYPE_FACTS[bootSector.type].entryBits / 8;
  for (let copy = 0; copy < bootSector.fatCount; copy++) {
    const start = bootSector.fatOffset + copy * bootSector.fatSectorCount * bootSector.sectorBytes;
    Buffer.from(bytes.buffer).writeUIntLE(value >>> 0, start + index * entryBytes, entryBytes);
  }
}

/** A volume with one file, whose long name of up to 26 units is one that no system would write. */
export async function oddlyNamed(name: string): Promise<Uint8Array> {
  const bytes = await fatBytes([file('/long name.text', 'odd')], { type: 'FAT16' });
  const { bootSector } = await volumeOf(bytes);
  const pieces = Buffer.from(bytes).indexOf('LONGNA~1TEX', bootSector.rootOffset) - 64;
  const shortBytes = bytes.slice(pieces + 64, pieces + 64 + SHORT_NAME_BYTES);
  // Deleted: a name of one piece has its place after it.
  bytes[pieces] = NAME_MARK.deleted;
  const offset = pieces + (2 - pieceCount(name)) * DIRECTORY_ENTRY_BYTES;
  writeLongName(bytes, offset, name, shortBytes);
  return bytes;
}
