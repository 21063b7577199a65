import { resolve } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { openFat } from '../../formats/fat/reader/reader.js';
import type { FatReader, FatStat } from '../../formats/fat/reader/reader.js';
import { GPT_TYPE, MBR_TYPE } from '../../formats/gpt/layout.js';
import { isGgufPartition } from '../../formats/gpt/partition.js';
import { makeImage } from '../../image/image.js';
import type { Image } from '../../image/image.js';
import type { RandomAccess } from '../../image/random-access.js';
import { sliceAccess } from '../../image/slice-access.js';
import { openImage } from '../../inspect/open-image.js';
import type { OpenImage } from '../../inspect/open-image.js';
import type { OpenVmdkOptions } from '../../inspect/vmdk-disk.js';

/** The FAT volume that firmware finds on a disk, opened for reading. */
export interface ExistingEfiDisk {
  readonly fat: FatReader;
  /** The partitions of the GGUF's type, in the order of their numbers. */
  readonly ggufs: readonly ExistingGgufPartition[];
  /** The content of a file as ranges of the host's files that the disk consists of. */
  data(stat: FatStat): Promise<Image>;
  close(): Promise<void>;
}

/** A partition that is to be a GGUF, or a part of one. */
export interface ExistingGgufPartition {
  readonly number: number;
  readonly name: string;
  /** All its bytes, of which the GGUF may have less. */
  readonly access: RandomAccess;
  /** The same as ranges of the host's files. */
  readonly image: Image;
}

/**
 * Opens a disk as an EFI machine would see it: a FAT volume, or the EFI system partition of a disk (else
 * its only partition with FAT), in a file or behind a VMDK descriptor.
 *
 * @throws ZosiaError `ZOSIA_EFI_NO_VOLUME`, and as `openImage` and `openFat`
 */
export async function openEfiDisk(
  path: string,
  options: OpenVmdkOptions = {},
): Promise<ExistingEfiDisk> {
  const image = await openEfiVolume(path, options);
  try {
    const { content } = image;
    if (content.kind !== 'fat') {
      throw new ZosiaError('ZOSIA_EFI_NO_VOLUME', `${path} holds no FAT volume to start from`, {
        hint: 'Name a disk as zosia image efi writes it.',
        cause: content.kind === 'partitions' ? content.problem : undefined,
      });
    }
    const fat = await openFat(content.source);
    const disk = diskImage(image);
    return {
      fat,
      ggufs: (image.table?.partitions ?? []).filter(isGgufPartition).map((partition) => {
        const { number, name, offset, sizeBytes: length } = partition;
        const source = { kind: 'image', image: disk, offset } as const;
        return {
          number,
          name,
          access: sliceAccess(image.disk, offset, length),
          image: makeImage(length, [{ offset: 0, length, source }]),
        };
      }),
      async data(stat) {
        const ranges = await fat.ranges(stat);
        const segments = ranges.map(({ offset, length, volumeOffset }) => ({
          offset,
          length,
          source: { kind: 'image', image: disk, offset: content.offset + volumeOffset } as const,
        }));
        return makeImage(stat.sizeBytes, segments);
      },
      close: () => image.close(),
    };
  } catch (error) {
    await image.close();
    throw error;
  }
}

/** Firmware starts from the system partition, whatever else the disk has. */
async function openEfiVolume(path: string, { allowOutside }: OpenVmdkOptions): Promise<OpenImage> {
  const image = await openImage(path, { fileSystem: 'fat', allowOutside });
  if (image.content.kind !== 'partitions') return image;
  const system = image.table?.partitions.find(
    ({ type, fileSystem }) => SYSTEM_TYPES.includes(type) && fileSystem === 'fat',
  );
  if (!system) return image;
  await image.close();
  return openImage(path, { partition: system.number, allowOutside });
}

/** The types of an EFI system partition, as `readPartitionTable` gives them. */
const SYSTEM_TYPES: readonly string[] = [GPT_TYPE.efiSystem, MBR_TYPE.efiSystem.toString(16)];

/** The disk as ranges of files. */
function diskImage({ path, container, sizeBytes, extents }: OpenImage): Image {
  const whole = [{ offset: 0, length: sizeBytes, path: resolve(path), fileOffset: 0 }];
  const parts = container === 'raw' ? whole : extents;
  return makeImage(
    sizeBytes,
    parts.map(({ offset, length, path: file, fileOffset }) => ({
      offset,
      length,
      source: { kind: 'file', path: file, offset: fileOffset } as const,
    })),
  );
}
