import { ARCHITECTURES } from '../../artifacts/architectures.js';
import type { Architecture } from '../../artifacts/architectures.js';
import { openFat } from '../../formats/fat/reader/reader.js';
import { sha256 } from '../../image/digest.js';
import { readStamp } from '../../image/file-stamp.js';
import { accessImage } from '../../image/image-reader.js';
import type { Image } from '../../image/image.js';
import { checkOutputTarget } from '../../image/output-target.js';
import { writeRaw } from '../../image/raw-writer.js';
import type { ReferredFile } from '../disk-manifest.js';
import { manifestPath } from '../manifest.js';
import type { DiskFormat } from '../places.js';
import { planDigest } from '../plan-digest.js';
import { refuseOverwriting } from '../refuse-overwriting.js';
import { zosiaVersion } from '../version.js';
import { vmdkMetadataPath, writeIfChanged, writeVmdk } from '../vmdk-files.js';
import { DEFAULT_EFI_DISK_BYTES, planEfiVolume } from './disk-plan.js';
import type { EfiDiskImage, PartitionTableKind } from './disk-plan.js';
import { efiDiskFiles, efiDiskIdentity, fatEntry } from './entries.js';
import type { EfiDiskFile } from './entries.js';
import { formatEfiDiskManifest } from './manifest.js';
import type { EfiDiskManifest } from './manifest.js';
import type { EfiFile, EfiModel } from './model.js';
import type { EfiSettings } from '../../formats/llama2c/settings/settings.js';
import { sourceDateSeconds } from './source-date.js';

/** What an EFI disk holds beside its model, and its shape. */
export interface EfiDiskLayout {
  /** The machines it boots on: all unless given. */
  readonly archs?: readonly Architecture[];
  /** What `llama2.cfg` says of everything but the names of the files; `hello` has none. */
  readonly settings?: EfiSettings;
  /** Of the disk; 128 MiB, or more if the contents take it, unless given. */
  readonly sizeBytes?: number;
  /** Whether the FAT volume is the disk or a partition of it; `none` unless given. */
  readonly partitionTable?: PartitionTableKind;
}

/** A disk that has been planned. */
export interface EfiDiskPlan extends EfiDiskImage {
  readonly files: readonly EfiDiskFile[];
}

/**
 * Plans the disk that an EFI machine starts from; not a byte of the model is copied. `hello` is a disk
 * with the smallest application and nothing else. Files get the time of {@link sourceDateSeconds}.
 *
 * @throws ZosiaError `ZOSIA_EFI_DISK_TOO_SMALL`, and those of `efiDiskFiles`, `planFat` and `planGpt`
 */
export async function planEfiDisk(
  subject: EfiModel | 'hello',
  layout: EfiDiskLayout = {},
): Promise<EfiDiskPlan> {
  const { archs = ARCHITECTURES, settings, sizeBytes, partitionTable = 'none' } = layout;
  const files = await efiDiskFiles(subject, archs, settings);
  const planned = planEfiVolume(files.map(fatEntry), {
    identity: efiDiskIdentity(files),
    epochSeconds: sourceDateSeconds(),
    partitionTable,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
  });
  return { ...planned, files };
}

export interface WriteEfiDiskOptions extends EfiDiskLayout {
  readonly format: DiskFormat;
  readonly out: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

export interface WrittenEfiDisk {
  readonly image: Image;
  readonly manifest: EfiDiskManifest;
  /** False when a VMDK was there already, byte for byte. */
  readonly written: boolean;
  /** Whether the contents took more than the usual size. */
  readonly grew: boolean;
}

/**
 * Writes the disk of an EFI machine, and beside it its manifest: `raw` copies the files into a plain
 * image; `vmdk` writes a descriptor that refers to the model where it lies.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_IS_INPUT`; those of `planEfiDisk`, `writeRaw` and `writeVmdk`
 */
export async function writeEfiDisk(
  subject: EfiModel | 'hello',
  options: WriteEfiDiskOptions,
): Promise<WrittenEfiDisk> {
  const { format, out, signal, onProgress } = options;
  const cancel = signal ? { signal } : {};
  const plan = await planEfiDisk(subject, options);
  const { image } = plan;
  const models = plan.files.flatMap((file) => ('file' in file ? [file.file] : []));
  await refuseOverwriting(
    models.map(({ path }) => path),
    [out, manifestPath(out), vmdkMetadataPath(out)],
  );
  for (const path of [out, manifestPath(out)]) await checkOutputTarget(path);

  let written = true;
  let parts: Pick<EfiDiskManifest, 'files' | 'output'>;
  if (format === 'vmdk') {
    const vmdk = await writeVmdk(image, out, cancel);
    written = vmdk.written;
    const { descriptor } = vmdk;
    parts = {
      files: await Promise.all(vmdk.files.map((file) => referredFile(file, models))),
      output: { sizeBytes: Buffer.byteLength(descriptor), sha256: sha256(descriptor) },
    };
  } else {
    await writeRaw(image, out, { ...cancel, ...(onProgress ? { onProgress } : {}) });
    parts = { output: { sizeBytes: image.sizeBytes } };
  }
  const manifest: EfiDiskManifest = {
    ...{ schema: 1, product: 'efi-disk' },
    inputs: plan.files.map(describeInput),
    settings: {
      format,
      program: subject === 'hello' ? 'hello' : 'llama2',
      archs: [...new Set(options.archs ?? ARCHITECTURES)].sort(),
      partitionTable: options.partitionTable ?? 'none',
    },
    layout: await describeLayout(plan),
    ...parts,
    versions: { zosia: zosiaVersion() },
  };
  await writeIfChanged(manifestPath(out), formatEfiDiskManifest(manifest), cancel);
  const grew = options.sizeBytes === undefined && image.sizeBytes > DEFAULT_EFI_DISK_BYTES;
  return { image, manifest, written, grew };
}

function describeInput(input: EfiDiskFile): EfiDiskManifest['inputs'][number] {
  const { diskPath: path } = input;
  if ('bytes' in input) {
    return { path, sizeBytes: input.bytes.length, sha256: sha256(input.bytes) };
  }
  const { sizeBytes, headSha256 } = input.file;
  return { path, sizeBytes, headSha256 };
}

async function describeLayout({ image, volume }: EfiDiskPlan): Promise<EfiDiskManifest['layout']> {
  const access = accessImage(volume);
  try {
    const reader = await openFat(access);
    const { type, volumeId, clusterSizeBytes } = reader.bootSector;
    return {
      label: await reader.label(),
      volumeId: volumeId!.toString(16).padStart(8, '0'),
      ...{ fatType: type, clusterSizeBytes, sizeBytes: image.sizeBytes },
      planSha256: planDigest(image),
    };
  } finally {
    await access.close();
  }
}

/** The stamp that the plan was made with, not a later one; the metadata file has just been written. */
async function referredFile(
  { name, path }: { readonly name: string; readonly path: string },
  planned: readonly EfiFile[],
): Promise<ReferredFile> {
  const { sizeBytes, mtimeNs } =
    planned.find((file) => file.path === path) ?? (await readStamp(path));
  return { name, sizeBytes, mtimeNs: String(mtimeNs) };
}
