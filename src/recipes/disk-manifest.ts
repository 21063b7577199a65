import { readFile } from 'node:fs/promises';
import { systemErrorCode, ZosiaError } from '../errors.js';
import { manifestPath } from './manifest.js';
import type { DiskFormat } from './places.js';

/** A file of the host that went on a disk. */
export interface DiskInput {
  /** The file's own name, without its folder. */
  readonly name: string;
  /** Where it lies on the disk. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Of a GGUF: the sha256 of everything before its tensor data. */
  readonly headerSha256?: string | undefined;
  /** Of the whole file, where it was read: always when it is short, else with `--verify`. */
  readonly sha256?: string | undefined;
}

/** A file that a disk consists of, as it was when the disk was written. */
export interface ReferredFile {
  /** As the descriptor has it: relative to the descriptor's folder. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Modification time in nanoseconds since 1970, in decimal: too large for a number of JSON. */
  readonly mtimeNs: string;
  readonly sha256?: string | undefined;
  /** See `digestOfEnds`: lets the disk be read though the file lies outside of its folder. */
  readonly endsSha256: string;
}

/** What the manifests of all disks say of the files that a disk consists of. */
export interface DiskFiles {
  /** Of a VMDK. */
  readonly files?: readonly ReferredFile[] | undefined;
  /** The file itself: of a VMDK, the descriptor. */
  readonly output: { readonly sizeBytes: number; readonly sha256?: string | undefined };
}

/** The kinds of disk that have a manifest, and the commands that write them. */
export const DISK_COMMANDS = { 'model-disk': 'image model', 'efi-disk': 'image efi' } as const;
export type DiskProduct = keyof typeof DISK_COMMANDS;

/**
 * What stands beside a model disk as `<disk>.json`: what is on it, how it is laid out and, for one that
 * refers to files, which ones. It holds no absolute path.
 */
export interface DiskManifest extends DiskFiles {
  readonly schema: 1;
  readonly product: 'model-disk';
  readonly inputs: readonly DiskInput[];
  readonly settings: { readonly format: DiskFormat };
  readonly layout: {
    readonly label: string;
    readonly uuid: string;
    readonly blockSizeBytes: number;
    readonly sizeBytes: number;
    /** See `planDigest`. */
    readonly planSha256: string;
  };
  readonly versions: { readonly zosia: string };
}

/**
 * Reads what stands beside a disk. Undefined when nothing does: the disk was made by something else.
 *
 * @throws ZosiaError `ZOSIA_MANIFEST_DAMAGED`
 */
export async function readDiskManifest(diskPath: string): Promise<DiskManifest | undefined> {
  return (await readManifest(diskPath, 'model-disk')) as DiskManifest | undefined;
}

/** {@link readDiskManifest} for what the manifests of all disks have in common. */
export async function readManifest(
  diskPath: string,
  product: DiskProduct,
): Promise<DiskFiles | undefined> {
  const path = manifestPath(diskPath);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw damaged(path, product, error);
  });
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, product, cause);
  }
  if (!isManifestOf(product, value)) throw damaged(path, product);
  return value;
}

function damaged(path: string, product: DiskProduct, cause?: unknown): ZosiaError {
  const what = product === 'model-disk' ? 'a model disk' : 'an EFI disk';
  return new ZosiaError('ZOSIA_MANIFEST_DAMAGED', `${path} does not describe ${what}`, {
    hint: `Write the disk again with zosia ${DISK_COMMANDS[product]}; or remove that file to use the disk unchecked.`,
    cause,
  });
}

type Unchecked = Readonly<Record<string, unknown>>;

/** Checks the parts that are used: they may have been written by anyone. */
function isManifestOf(wanted: DiskProduct, value: unknown): value is DiskFiles {
  if (!isRecord(value)) return false;
  const { schema, product, inputs, files = [], output } = value;
  return (
    schema === 1 &&
    product === wanted &&
    isListOf(inputs, isInput) &&
    isListOf(files, isReferredFile) &&
    isListOf([output], isOutput)
  );
}

const isRecord = (value: unknown): value is Unchecked =>
  typeof value === 'object' && value !== null;

const isListOf = (value: unknown, isItem: (item: Unchecked) => boolean): boolean =>
  Array.isArray(value) && value.every((item: unknown) => isRecord(item) && isItem(item));

const isOutput = ({ sizeBytes, sha256 }: Unchecked): boolean =>
  isSize(sizeBytes) && (sha256 === undefined || typeof sha256 === 'string');

const isInput = (input: Unchecked): boolean => typeof input.path === 'string' && isOutput(input);

const isReferredFile = ({ name, sizeBytes, mtimeNs }: Unchecked): boolean =>
  typeof name === 'string' &&
  isSize(sizeBytes) &&
  typeof mtimeNs === 'string' &&
  /^-?\d{1,30}$/.test(mtimeNs);

const isSize = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
