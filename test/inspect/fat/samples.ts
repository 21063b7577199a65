import { planFat } from '../../../src/formats/fat/plan.js';
import type { FatEntry, FatOptions } from '../../../src/formats/fat/plan.js';
import { openVolume } from '../../../src/formats/fat/reader/volume.js';
import type { Volume } from '../../../src/formats/fat/reader/volume.js';
import { FAT_TYPE_FACTS } from '../../../src/formats/fat/layout/table.js';
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
  { ...file('/llama2.cfg', 'steps=20\n'), readOnly: true, mtimeSeconds: TEXT_SECONDS },
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
