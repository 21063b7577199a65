import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { BlockSizeBytes, Ext4Options } from '../formats/ext4/options.js';
import { planExt4 } from '../formats/ext4/plan.js';
import { openExt4 } from '../formats/ext4/reader/reader.js';
import { sha256 } from '../image/digest.js';
import { readStamp } from '../image/file-stamp.js';
import { accessImage } from '../image/image-reader.js';
import type { Image } from '../image/image.js';
import { checkOutputTarget } from '../image/output-target.js';
import { writeRaw } from '../image/raw-writer.js';
import { ext4Entry, identityOf, modelEntries } from './disk-entries.js';
import type { Companions, DiskEntry, DiskFile } from './disk-entries.js';
import { formatDiskManifest } from './disk-manifest.js';
import type { DiskManifest, ReferredFile } from './disk-manifest.js';
import { hashFiles } from './hash-files.js';
import { manifestPath } from './manifest.js';
import { modelDiskPath } from './places.js';
import type { DiskFormat, Places } from './places.js';
import type { Model } from './model.js';
import { planDigest } from './plan-digest.js';
import { refuseOverwriting } from './refuse-overwriting.js';
import { zosiaVersion } from './version.js';
import { vmdkMetadataPath, writeIfChanged, writeVmdk } from './vmdk-files.js';

/** How the guest knows the model's disk among others. */
const MODEL_DISK_LABEL = 'ZOSIA_MODEL';

/** What a disk holds beside its model, and its shape. */
export interface ModelDiskLayout extends Companions {
  /** Further files, links and folders. */
  readonly extras?: readonly DiskEntry[];
  /** The ext4 label, at most 16 bytes; `ZOSIA_MODEL` unless given. */
  readonly label?: string;
  readonly blockSizeBytes?: BlockSizeBytes;
  /** Size of the disk; as small as its contents allow unless given. */
  readonly sizeBytes?: number;
  /** Free space to add to the smallest disk. */
  readonly extraBytes?: number;
}

/**
 * Plans the ext4 disk of a model; not a byte of it is copied. See `modelEntries` for what lies where.
 *
 * @throws ZosiaError with a code that starts with `ZOSIA_EXT4_` for what ext4 cannot hold
 */
export function planModelDisk(model: Model, layout: ModelDiskLayout = {}): Image {
  const entries = entriesOf(model, layout);
  const { label = MODEL_DISK_LABEL, blockSizeBytes, sizeBytes, extraBytes } = layout;
  const options: Ext4Options = {
    label,
    identity: identityOf(entries),
    ...(blockSizeBytes === undefined ? {} : { blockSizeBytes }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(extraBytes === undefined ? {} : { extraBytes }),
  };
  return planExt4(entries.map(ext4Entry), options);
}

export interface ModelDiskOptions extends ModelDiskLayout {
  readonly format: DiskFormat;
  readonly out: string;
  /** Whether the manifest gets the sha256 of every file, which means reading them whole. */
  readonly verify?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: 'reading' | 'writing', doneBytes: number, total: number) => void;
}

export interface WrittenDisk {
  readonly image: Image;
  readonly manifest: DiskManifest;
  /** False when a VMDK was there already, byte for byte. */
  readonly written: boolean;
}

/**
 * Writes the disk of a model, and beside it its manifest: `raw` copies the files into a plain image;
 * `vmdk` writes a descriptor that refers to them where they lie, which takes milliseconds for any size.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_IS_INPUT`; those of `planModelDisk`, `writeRaw` and `writeVmdk`
 */
export async function writeModelDisk(
  model: Model,
  options: ModelDiskOptions,
): Promise<WrittenDisk> {
  const { format, out, verify = false, signal, onProgress } = options;
  const cancel = signal ? { signal } : {};
  const image = planModelDisk(model, options);
  const files = entriesOf(model, options).filter((entry) => entry.type === 'file');
  await refuseOverwriting(
    files.map(({ file }) => file.path),
    [out, manifestPath(out), vmdkMetadataPath(out)],
  );

  for (const path of [out, manifestPath(out)]) await checkOutputTarget(path);

  const hashed = files.map(({ file }) => file).filter((file) => verify || isShort(file.sizeBytes));
  const digests = await hashFiles(hashed, {
    ...cancel,
    onProgress: (done, total) => onProgress?.('reading', done, total),
  });

  let written = true;
  let parts: Pick<DiskManifest, 'files' | 'output'>;
  if (format === 'vmdk') {
    const vmdk = await writeVmdk(image, out, cancel);
    written = vmdk.written;
    const { descriptor } = vmdk;
    parts = {
      files: await Promise.all(vmdk.files.map((file) => referredFile(file, files, digests))),
      output: { sizeBytes: Buffer.byteLength(descriptor), sha256: sha256(descriptor) },
    };
  } else {
    await writeRaw(image, out, {
      ...cancel,
      onProgress: (done, total) => onProgress?.('writing', done, total),
    });
    parts = { output: { sizeBytes: image.sizeBytes } };
  }
  const manifest: DiskManifest = {
    schema: 1,
    product: 'model-disk',
    inputs: files.map(({ diskPath, file, headerSha256 }) => ({
      name: basename(file.path),
      path: diskPath,
      sizeBytes: file.sizeBytes,
      ...(headerSha256 === undefined ? {} : { headerSha256 }),
      ...digestOf(file.path, digests),
    })),
    settings: { format },
    layout: await describeLayout(image),
    ...parts,
    versions: { zosia: zosiaVersion() },
  };
  await writeIfChanged(manifestPath(out), formatDiskManifest(manifest), cancel);
  return { image, manifest, written };
}

/** The model disk that was built last in the usual places, if any: the zero-copy one before the raw one. */
export async function existingDisk(places: Places): Promise<string | undefined> {
  for (const format of ['vmdk', 'raw'] as const) {
    const path = modelDiskPath(places, format);
    const found = await stat(path).catch(() => undefined);
    if (found?.isFile()) return path;
  }
  return undefined;
}

function entriesOf(model: Model, layout: ModelDiskLayout): DiskEntry[] {
  return [...modelEntries(model, layout), ...(layout.extras ?? [])];
}

/** Files that cost nothing to read are always hashed. */
const isShort = (sizeBytes: number): boolean => sizeBytes <= 1 << 20;

function digestOf(path: string, digests: ReadonlyMap<string, string>): { sha256?: string } {
  const digest = digests.get(path);
  return digest === undefined ? {} : { sha256: digest };
}

async function describeLayout(image: Image): Promise<DiskManifest['layout']> {
  const access = accessImage(image);
  try {
    const { label, uuid, blockSizeBytes } = (await openExt4(access)).superblock;
    const { sizeBytes } = image;
    return { label, uuid, blockSizeBytes, sizeBytes, planSha256: planDigest(image) };
  } finally {
    await access.close();
  }
}

/** The stamp that the plan was made with, not a later one; the metadata file has just been written. */
async function referredFile(
  { name, path }: { readonly name: string; readonly path: string },
  planned: readonly DiskFile[],
  digests: ReadonlyMap<string, string>,
): Promise<ReferredFile> {
  const file = planned.find((entry) => entry.file.path === path)?.file;
  const { sizeBytes, mtimeNs } = file ?? (await readStamp(path));
  return { name, sizeBytes, mtimeNs: String(mtimeNs), ...digestOf(path, digests) };
}
