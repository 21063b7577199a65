import { writeFields } from '../../../src/formats/fields.js';
import { crc32 } from '../../../src/formats/gpt/crc32.js';
import {
  GPT_ENTRY,
  GPT_ENTRY_BYTES,
  GPT_HEADER,
  GPT_HEADER_BYTES,
  GPT_REVISION,
  MBR,
  MBR_PARTITION,
  MBR_PARTITION_BYTES,
  MBR_SIGNATURE,
  MBR_TYPE,
} from '../../../src/formats/gpt/layout.js';
import type { Image } from '../../../src/image/image.js';
import { bytesSegment, makeImage } from '../../../src/image/image.js';
import { SECTOR_BYTES } from '../../../src/formats/sector.js';

export interface Slot {
  readonly firstSector: number;
  readonly sectorCount: number;
  readonly type?: number;
}

/** The first sector of a disk with these partitions. */
export function mbrSector(slots: readonly Slot[]): Uint8Array {
  const sector = new Uint8Array(SECTOR_BYTES);
  slots.forEach(({ firstSector, sectorCount, type = MBR_TYPE.linux }, i) => {
    const at = MBR.partitions.offset + i * MBR_PARTITION_BYTES;
    writeFields(MBR_PARTITION, sector, at, { type, firstSector, sectorCount });
  });
  writeFields(MBR, sector, 0, { diskSignature: 0x1234_abcd, signature: MBR_SIGNATURE });
  return sector;
}

const ENTRY_COUNT = 128;
/** Linux file system data, as it lies on disk. */
export const LINUX_TYPE = Buffer.from('af3dc60f838472478e793d69d8477de4', 'hex');

export interface GptSlot {
  readonly firstSector: number;
  readonly lastSector: number;
  readonly name?: string;
}

/** A disk of so many sectors with a GPT, both copies. `change` may falsify a header before its CRC. */
export function gptBytes(
  sectorCount: number,
  slots: readonly GptSlot[],
  change: (header: Uint8Array) => void = () => undefined,
  sectorBytes = SECTOR_BYTES,
): Uint8Array {
  const disk = new Uint8Array(sectorCount * sectorBytes);
  const entriesSectors = (ENTRY_COUNT * GPT_ENTRY_BYTES) / sectorBytes;
  const slot = { firstSector: 1, sectorCount: sectorCount - 1, type: MBR_TYPE.protective };
  disk.set(mbrSector([slot]), 0);
  const entries = new Uint8Array(ENTRY_COUNT * GPT_ENTRY_BYTES);
  slots.forEach(({ firstSector, lastSector, name = '' }, i) => {
    writeFields(GPT_ENTRY, entries, i * GPT_ENTRY_BYTES, {
      typeGuid: LINUX_TYPE,
      partitionGuid: new Uint8Array(16).fill(i + 1),
      firstSectorLow: firstSector,
      lastSectorLow: lastSector,
      name: Buffer.from(name, 'utf16le'),
    });
  });
  const last = sectorCount - 1;
  const copies = [
    { own: 1, other: last, entriesSector: 2 },
    { own: last, other: 1, entriesSector: last - entriesSectors },
  ];
  for (const { own, other, entriesSector } of copies) {
    const header = new Uint8Array(GPT_HEADER_BYTES);
    writeFields(GPT_HEADER, header, 0, {
      signature: Buffer.from('EFI PART'),
      revision: GPT_REVISION,
      headerBytes: GPT_HEADER_BYTES,
      ownSectorLow: own,
      otherSectorLow: other,
      firstUsableSectorLow: 2 + entriesSectors,
      lastUsableSectorLow: last - entriesSectors - 1,
      diskGuid: new Uint8Array(16).fill(0xd1),
      entriesSectorLow: entriesSector,
      entryCount: ENTRY_COUNT,
      entryBytes: GPT_ENTRY_BYTES,
      entriesChecksum: crc32(entries),
    });
    change(header);
    writeFields(GPT_HEADER, header, 0, { headerChecksum: crc32(header) });
    disk.set(header, own * sectorBytes);
    disk.set(entries, entriesSector * sectorBytes);
  }
  return disk;
}

/** A disk with an MBR and images as its partitions, from sector 2048 on. */
export function mbrDisk(images: readonly Image[]): Image {
  let sector = 2048;
  const slots: Slot[] = [];
  const segments = images.map((image) => {
    const sectorCount = Math.ceil(image.sizeBytes / SECTOR_BYTES);
    slots.push({ firstSector: sector, sectorCount });
    const offset = sector * SECTOR_BYTES;
    sector += sectorCount;
    const source = { kind: 'image', image, offset: 0 } as const;
    return { offset, length: image.sizeBytes, source };
  });
  return makeImage(sector * SECTOR_BYTES, [bytesSegment(0, mbrSector(slots)), ...segments]);
}
