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
  readonly headerSha256?: string;
  /** Of the whole file, where it was read: always when it is short, else with `--verify`. */
  readonly sha256?: string;
}

/** A file that a disk consists of, as it was when the disk was written. */
export interface ReferredFile {
  /** As the descriptor has it: relative to the descriptor's folder. */
  readonly name: string;
  readonly sizeBytes: number;
  /** Modification time in nanoseconds since 1970, in decimal: too large for a number of JSON. */
  readonly mtimeNs: string;
  readonly sha256?: string;
}

/**
 * What stands beside a model disk as `<disk>.json`: what is on it, how it is laid out and, for one that
 * refers to files, which ones. It holds no absolute path.
 */
export interface DiskManifest {
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
  /** Of a VMDK. */
  readonly files?: readonly ReferredFile[];
  /** The file itself: of a VMDK, the descriptor. */
  readonly output: { readonly sizeBytes: number; readonly sha256?: string };
  readonly versions: { readonly zosia: string };
}

export function formatDiskManifest(manifest: DiskManifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/**
 * Reads what stands beside a disk. Undefined when nothing does: the disk was made by something else.
 *
 * @throws ZosiaError `ZOSIA_MANIFEST_DAMAGED`
 */
export async function readDiskManifest(diskPath: string): Promise<DiskManifest | undefined> {
  const path = manifestPath(diskPath);
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw damaged(path, error);
  });
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(path, cause);
  }
  if (!isDiskManifest(value)) throw damaged(path);
  return value;
}

function damaged(path: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_MANIFEST_DAMAGED', `${path} does not describe a model disk`, {
    hint: 'Write the disk again with zosia image model; or remove that file to use the disk unchecked.',
    cause,
  });
}

type Unchecked = Readonly<Record<string, unknown>>;

/** Checks the parts that are used: they may have been written by anyone. */
function isDiskManifest(value: unknown): value is DiskManifest {
  if (!isRecord(value)) return false;
  const { schema, product, inputs, files = [], output } = value;
  return (
    schema === 1 &&
    product === 'model-disk' &&
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
