import { resolve } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { openFat } from '../../formats/fat/reader/reader.js';
import type { FatReader, FatStat } from '../../formats/fat/reader/reader.js';
import { GPT_TYPE, MBR_TYPE } from '../../formats/gpt/layout.js';
import { readPartitionTable } from '../../formats/gpt/reader.js';
import { isVmdkDescriptor } from '../../formats/vmdk/reader.js';
import { makeImage } from '../../image/image.js';
import type { Image } from '../../image/image.js';
import { accessFile } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { sliceAccess } from '../../inspect/slice.js';
import { openVmdk } from '../../inspect/vmdk-disk.js';

/** The type of an EFI system partition in an MBR, as `readPartitionTable` writes it. */
const MBR_EFI_SYSTEM = MBR_TYPE.efiSystem.toString(16);

/** The FAT volume that firmware finds on a disk, opened for reading. */
export interface ExistingEfiDisk {
  readonly path: string;
  readonly fat: FatReader;
  /** The content of a file as ranges of the host's files that the disk consists of. */
  data(stat: FatStat): Promise<Image>;
  close(): Promise<void>;
}

/**
 * Opens a disk as an EFI machine would see it: a FAT volume, or the EFI system partition of a disk (else
 * the first partition with FAT), in a file or behind a VMDK descriptor.
 *
 * @throws ZosiaError `ZOSIA_EFI_NO_VOLUME`, and whatever opening the container throws
 */
export async function openEfiDisk(path: string): Promise<ExistingEfiDisk> {
  const file = await accessFile(path);
  const opened: { close(): Promise<void> }[] = [file];
  const close = async (): Promise<void> => {
    for (const each of opened.splice(0)) await each.close();
  };
  try {
    const vmdk = (await isVmdkDescriptor(file)) ? await openVmdk(file, path) : undefined;
    if (vmdk) opened.push(vmdk.disk);
    const disk = vmdk?.disk ?? file;
    const whole = [{ offset: 0, length: disk.sizeBytes, path: resolve(path), fileOffset: 0 }];
    const diskImage = makeImage(
      disk.sizeBytes,
      (vmdk?.extents ?? whole).map(({ offset, length, path: filePath, fileOffset }) => ({
        ...{ offset, length },
        source: { kind: 'file', path: filePath, offset: fileOffset } as const,
      })),
    );
    const { fat, volumeOffset } = await findVolume(disk, path);
    const data = async (stat: FatStat): Promise<Image> =>
      makeImage(
        stat.sizeBytes,
        (await fat.ranges(stat)).map(({ offset, length, volumeOffset: at }) => ({
          ...{ offset, length },
          source: { kind: 'image', image: diskImage, offset: volumeOffset + at } as const,
        })),
      );
    return { path, fat, data, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function findVolume(
  disk: RandomAccess,
  path: string,
): Promise<{ fat: FatReader; volumeOffset: number }> {
  const whole = await fatOrUndefined(disk);
  if (whole) return { fat: whole, volumeOffset: 0 };
  const partitions = (await readPartitionTable(disk))?.partitions ?? [];
  const isSystem = ({ type }: { type: string }): boolean =>
    type === GPT_TYPE.efiSystem || type === MBR_EFI_SYSTEM;
  const others = partitions.filter((partition) => !isSystem(partition));
  for (const { offset, sizeBytes } of [...partitions.filter(isSystem), ...others]) {
    const fat = await fatOrUndefined(sliceAccess(disk, offset, sizeBytes));
    if (fat) return { fat, volumeOffset: offset };
  }
  throw new ZosiaError('ZOSIA_EFI_NO_VOLUME', `${path} holds no FAT volume to start from`, {
    hint: 'Name a disk as zosia image efi writes it.',
  });
}

async function fatOrUndefined(source: RandomAccess): Promise<FatReader | undefined> {
  try {
    return await openFat(source);
  } catch (error) {
    if (error instanceof ZosiaError && error.code === 'ZOSIA_NOT_FAT') return undefined;
    throw error;
  }
}
