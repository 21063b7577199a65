import { ARCHITECTURES } from '../../artifacts/architectures.js';
import { digestBytes } from '../../host/digest.js';
import { hostFileData } from '../../host/host-file.js';
import type { Image } from '../../image/image.js';
import type { GgufFile } from '../model.js';
import { planDigest } from '../reproducible.js';
import { zosiaVersion } from '../version.js';
import { checkDiskTarget, writeDisk, writeDiskManifest } from '../write-disk.js';
import type { WriteDiskOptions } from '../write-disk.js';
import { DEFAULT_EFI_DISK_BYTES, planEfiVolume } from './disk-plan.js';
import type { EfiDiskImage, PartitionTableKind } from './disk-plan.js';
import {
  efiDiskIdentity,
  fatEntry,
  isEfiGguf,
  isOnVolume,
  isPartition,
  readEfiDiskFiles,
} from './entries.js';
import type { EfiDiskContents, EfiDiskFile, EfiDiskModel } from './entries.js';
import { partitionPath } from './manifest.js';
import type { EfiDiskInput, EfiDiskManifest } from './manifest.js';
import type { EfiFile } from './model.js';

/** The shape of an EFI disk. */
export interface EfiDiskShape {
  /** Of the disk; 128 MiB, or more if the contents take it, unless given. */
  readonly sizeBytes?: number | undefined;
  /** Whether the FAT volume is the disk or a partition of it; `none` unless given, or a GGUF is a partition. */
  readonly partitionTable?: PartitionTableKind | undefined;
  /** The time that files get, in seconds since 1970; 0, which FAT keeps as the beginning of 1980, unless given. */
  readonly sourceDateSeconds?: number | undefined;
}

/**
 * Plans the disk that an EFI machine starts from; not a byte of the model is copied.
 *
 * @param files see `readEfiDiskFiles`
 * @throws ZosiaError `ZOSIA_EFI_DISK_TOO_SMALL`, `ZOSIA_EFI_NEEDS_TABLE`, and those of `planFat` and `planGpt`
 */
export function planEfiDisk(
  files: readonly EfiDiskFile[],
  { sizeBytes, partitionTable, sourceDateSeconds }: EfiDiskShape = {},
): EfiDiskImage {
  const volumeFiles = files.filter(isOnVolume);
  const ggufs = files.filter(isPartition).map(({ partition: name, file }) => ({
    name,
    image: hostFileData(file),
  }));
  return planEfiVolume(volumeFiles.map(fatEntry), {
    identity: efiDiskIdentity(files),
    ggufs,
    epochSeconds: sourceDateSeconds,
    partitionTable,
    sizeBytes,
  });
}

export type WriteEfiDiskOptions = EfiDiskContents & EfiDiskShape & WriteDiskOptions;

export interface WrittenEfiDisk {
  readonly image: Image;
  readonly manifest: EfiDiskManifest;
  /** False when a VMDK was there already, byte for byte. */
  readonly written: boolean;
  /** Whether the contents took more than the usual size. */
  readonly grew: boolean;
}

/**
 * Writes the disk of an EFI machine, and beside it its manifest.
 *
 * @throws ZosiaError as `readEfiDiskFiles`, `planEfiDisk`, `checkDiskTarget` and `writeDisk`
 */
export async function writeEfiDisk(
  subject: EfiDiskModel | 'hello',
  options: WriteEfiDiskOptions,
): Promise<WrittenEfiDisk> {
  const { format, out } = options;
  const files = await readEfiDiskFiles(subject, options);
  const plan = planEfiDisk(files, options);
  const { image } = plan;
  const sources = files.flatMap((file) => ('file' in file ? [file.file] : []));
  await checkDiskTarget(out, sources);
  const { diskFiles, written } = await writeDisk(image, sources, options);
  const manifest: EfiDiskManifest = {
    schema: 1,
    product: 'efi-disk',
    inputs: describeInputs(files),
    settings: {
      format,
      program: subject === 'hello' ? 'hello' : 'llama2',
      archs: [...new Set(options.archs ?? ARCHITECTURES)].sort(),
      partitionTable: files.some(isPartition) ? 'gpt' : (options.partitionTable ?? 'none'),
      model: modelKind(subject),
    },
    layout: describeLayout(plan),
    ...diskFiles,
    versions: { zosia: zosiaVersion() },
  };
  await writeDiskManifest(out, manifest);
  const grew = options.sizeBytes === undefined && image.sizeBytes > DEFAULT_EFI_DISK_BYTES;
  return { image, manifest, written, grew };
}

function modelKind(subject: EfiDiskModel | 'hello'): EfiDiskManifest['settings']['model'] {
  if (subject === 'hello') return undefined;
  return isEfiGguf(subject) ? { format: 'gguf', as: subject.placement } : { format: 'llama2c' };
}

function describeInputs(files: readonly EfiDiskFile[]): EfiDiskManifest['inputs'] {
  // The volume is in the first partition.
  const partitions = files.filter(isPartition);
  const placeOf = (file: EfiDiskFile): Pick<EfiDiskInput, 'path' | 'partition'> => {
    if (!isPartition(file)) return { path: file.diskPath };
    const partition = 2 + partitions.indexOf(file);
    return { path: partitionPath(partition), partition };
  };
  return files.map((file) => {
    if ('bytes' in file) {
      const { length: sizeBytes } = file.bytes;
      return { ...placeOf(file), sizeBytes, sha256: digestBytes(file.bytes) };
    }
    const { sizeBytes, sha256 } = file.file;
    return { ...placeOf(file), sizeBytes, ...startOf(file.file), sha256 };
  });
}

const startOf = (
  file: EfiFile | GgufFile,
): Pick<EfiDiskInput, 'name' | 'headSha256' | 'headerSha256'> =>
  'headSha256' in file
    ? { headSha256: file.headSha256 }
    : { name: file.fileName, headerSha256: file.headerSha256 };

function describeLayout({ image, volume }: EfiDiskImage): EfiDiskManifest['layout'] {
  const { label, type, volumeId, clusterSizeBytes } = volume;
  return {
    label,
    volumeId: volumeId.toString(16).padStart(8, '0'),
    fatType: type,
    clusterSizeBytes,
    sizeBytes: image.sizeBytes,
    planSha256: planDigest(image),
  };
}
