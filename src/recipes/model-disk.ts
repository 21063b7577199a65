import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { ZosiaError } from '../errors.js';
import type { BlockSizeBytes, Ext4Options } from '../formats/ext4/options.js';
import { planExt4 } from '../formats/ext4/plan.js';
import type { Ext4Image } from '../formats/ext4/plan.js';
import { ext4Entry, identityOf, modelEntries } from './disk-entries.js';
import type { Companions, DiskEntry } from './disk-entries.js';
import type { DiskManifest } from './disk-manifest.js';
import { hashFiles } from '../host/hash-files.js';
import { modelDiskPath } from './places.js';
import type { DiskFormat, Places } from './places.js';
import type { Model } from './model.js';
import { planDigest } from './reproducible.js';
import { zosiaVersion } from './version.js';
import { checkDiskTarget, writeDisk, writeDiskManifest } from './write-disk.js';

/** How the guest knows the model's disk among others. */
const MODEL_DISK_LABEL = 'ZOSIA_MODEL';

/** What a disk holds beside its model, and its shape. */
export interface ModelDiskLayout extends Companions {
  /** Further files, links and folders. */
  readonly extras?: readonly DiskEntry[] | undefined;
  /** The ext4 label, at most 16 bytes; `ZOSIA_MODEL` unless given. */
  readonly label?: string | undefined;
  readonly blockSizeBytes?: BlockSizeBytes | undefined;
  /** Size of the disk; as small as its contents allow unless given. */
  readonly sizeBytes?: number | undefined;
  /** Free space to add to the smallest disk. */
  readonly extraBytes?: number | undefined;
}

/**
 * Plans the ext4 disk of a model; not a byte of it is copied. See `modelEntries` for what lies where.
 *
 * @throws ZosiaError with a code that starts with `ZOSIA_EXT4_` for what ext4 cannot hold
 */
export function planModelDisk(model: Model, layout: ModelDiskLayout = {}): Ext4Image {
  const entries = entriesOf(model, layout);
  const { label = MODEL_DISK_LABEL, blockSizeBytes, sizeBytes, extraBytes } = layout;
  const options: Ext4Options = {
    label,
    identity: identityOf(entries),
    blockSizeBytes,
    sizeBytes,
    extraBytes,
  };
  return planExt4(entries.map(ext4Entry), options);
}

export interface ModelDiskOptions extends ModelDiskLayout {
  readonly format: DiskFormat;
  readonly out: string;
  /**
   * Whether the manifest gets the sha256 of every file, which means reading them whole; without, it has those of
   * short files, and those that are known of models.
   */
  readonly verify?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?:
    ((step: 'reading' | 'writing', doneBytes: number, total: number) => void) | undefined;
}

export interface WrittenDisk {
  readonly image: Ext4Image;
  readonly manifest: DiskManifest;
  /** False when a VMDK was there already, byte for byte. */
  readonly written: boolean;
}

/**
 * Writes the disk of a model, and beside it its manifest.
 *
 * @throws ZosiaError `ZOSIA_MODEL_ROTTEN` for a file that was read and has another digest than it is known to
 *   have; as `planModelDisk`, `checkDiskTarget` and `writeDisk`
 */
export async function writeModelDisk(
  model: Model,
  options: ModelDiskOptions,
): Promise<WrittenDisk> {
  const { format, out, verify = false, signal, onProgress } = options;
  const image = planModelDisk(model, options);
  const files = entriesOf(model, options).filter((entry) => entry.type === 'file');
  const sources = files.map(({ file }) => file);
  await checkDiskTarget(out, sources);

  const hashed = sources.filter((file) => verify || isShort(file.sizeBytes));
  const read = await hashFiles(hashed, {
    signal,
    onProgress: (done, total) => onProgress?.('reading', done, total),
  });

  const digests = new Map(files.flatMap(knownPair));
  for (const [path, sha256] of read) {
    if ((digests.get(path) ?? sha256) !== sha256) throw otherThanKnown(path);
    digests.set(path, sha256);
  }

  const digested = sources.map((file) => ({ ...file, sha256: digests.get(file.path) }));
  const { diskFiles, written } = await writeDisk(image, digested, {
    format,
    out,
    signal,
    onProgress: (done, total) => onProgress?.('writing', done, total),
  });
  const manifest: DiskManifest = {
    schema: 1,
    product: 'model-disk',
    inputs: files.map(({ diskPath, file, fileName, headerSha256 }) => ({
      name: fileName ?? basename(file.path),
      path: diskPath,
      sizeBytes: file.sizeBytes,
      headerSha256,
      sha256: digests.get(file.path),
    })),
    settings: { format },
    layout: describeLayout(image),
    ...diskFiles,
    versions: { zosia: zosiaVersion() },
  };
  await writeDiskManifest(out, manifest);
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

type FileEntry = DiskEntry & { readonly type: 'file' };

function entriesOf(model: Model, layout: ModelDiskLayout): DiskEntry[] {
  return [...modelEntries(model, layout), ...(layout.extras ?? [])];
}

const knownPair = ({ file, sha256 }: FileEntry): (readonly [string, string])[] =>
  sha256 === undefined ? [] : [[file.path, sha256]];

const otherThanKnown = (path: string): ZosiaError =>
  new ZosiaError('ZOSIA_MODEL_ROTTEN', `${path} has other bytes than when it was taken in`, {
    hint: 'zosia model verify says of which model it is, and what to do.',
  });

/** Files that cost nothing to read are always hashed. */
const isShort = (sizeBytes: number): boolean => sizeBytes <= 1 << 20;

function describeLayout(image: Ext4Image): DiskManifest['layout'] {
  const { label, uuid, blockSizeBytes, sizeBytes } = image;
  return { label, uuid, blockSizeBytes, sizeBytes, planSha256: planDigest(image) };
}
