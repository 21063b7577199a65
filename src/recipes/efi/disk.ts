import { ARCHITECTURES } from '../../artifacts/architectures.js';
import { digestBytes } from '../../host/digest.js';
import type { Image } from '../../image/image.js';
import { planDigest } from '../reproducible.js';
import { zosiaVersion } from '../version.js';
import { checkDiskTarget, writeDisk, writeDiskManifest } from '../write-disk.js';
import type { WriteDiskOptions } from '../write-disk.js';
import { DEFAULT_EFI_DISK_BYTES, planEfiVolume } from './disk-plan.js';
import type { EfiDiskImage, PartitionTableKind } from './disk-plan.js';
import { efiDiskIdentity, fatEntry, readEfiDiskFiles } from './entries.js';
import type { EfiDiskContents, EfiDiskFile } from './entries.js';
import type { EfiDiskManifest } from './manifest.js';
import type { EfiModel } from './model.js';

/** The shape of an EFI disk. */
export interface EfiDiskShape {
  /** Of the disk; 128 MiB, or more if the contents take it, unless given. */
  readonly sizeBytes?: number | undefined;
  /** Whether the FAT volume is the disk or a partition of it; `none` unless given. */
  readonly partitionTable?: PartitionTableKind | undefined;
  /** The time that files get, in seconds since 1970; 0, which FAT keeps as the beginning of 1980, unless given. */
  readonly sourceDateSeconds?: number | undefined;
}

/**
 * Plans the disk that an EFI machine starts from; not a byte of the model is copied.
 *
 * @param files see `readEfiDiskFiles`
 * @throws ZosiaError `ZOSIA_EFI_DISK_TOO_SMALL`, and those of `planFat` and `planGpt`
 */
export function planEfiDisk(
  files: readonly EfiDiskFile[],
  { sizeBytes, partitionTable, sourceDateSeconds }: EfiDiskShape = {},
): EfiDiskImage {
  return planEfiVolume(files.map(fatEntry), {
    identity: efiDiskIdentity(files),
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
  subject: EfiModel | 'hello',
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
    inputs: files.map(describeInput),
    settings: {
      format,
      program: subject === 'hello' ? 'hello' : 'llama2',
      archs: [...new Set(options.archs ?? ARCHITECTURES)].sort(),
      partitionTable: options.partitionTable ?? 'none',
    },
    layout: describeLayout(plan),
    ...diskFiles,
    versions: { zosia: zosiaVersion() },
  };
  await writeDiskManifest(out, manifest, options);
  const grew = options.sizeBytes === undefined && image.sizeBytes > DEFAULT_EFI_DISK_BYTES;
  return { image, manifest, written, grew };
}

function describeInput(input: EfiDiskFile): EfiDiskManifest['inputs'][number] {
  const { diskPath: path } = input;
  if ('bytes' in input) {
    return { path, sizeBytes: input.bytes.length, sha256: digestBytes(input.bytes) };
  }
  const { sizeBytes, headSha256, sha256 } = input.file;
  return { path, sizeBytes, headSha256, sha256 };
}

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
