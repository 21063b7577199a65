import * as v from 'valibot';
import { ZosiaError } from '../errors.js';
import { readTextFile } from '../host/text-file.js';
import { byteCount, matching, object, parseJson } from '../json.js';
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
  /**
   * Of the whole file. Where it was read, which is always when it is short, else with `--verify`: what it has. Else
   * what is known of it without reading: by the store's record, if size and time are still those of it; by the name
   * that another program's cache has for it; or by zosia itself, of the built-in model.
   */
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

/** What stands beside every disk as `<disk>.json`. It holds no absolute path and no time of writing. */
export interface ManifestOfDisk extends DiskFiles {
  readonly schema: 1;
  readonly settings: { readonly format: DiskFormat };
  readonly layout: {
    readonly label: string;
    /** Of the disk. */
    readonly sizeBytes: number;
    /** See `planDigest`. */
    readonly planSha256: string;
  };
  readonly versions: { readonly zosia: string };
}

/** The manifest of a model disk: what is on it, how it is laid out, and which files it refers to. */
export interface DiskManifest extends ManifestOfDisk {
  readonly product: 'model-disk';
  readonly inputs: readonly DiskInput[];
  readonly layout: ManifestOfDisk['layout'] & {
    readonly uuid: string;
    readonly blockSizeBytes: number;
  };
}

/** What is read of a manifest, of either kind. */
export type DescribedDisk = v.InferOutput<ReturnType<typeof describedDisk>>;

/** The parts that are used. */
const describedDisk = (product: DiskProduct) =>
  object({
    schema: v.literal(1),
    product: v.literal(product),
    inputs: v.array(
      object({ path: v.string(), sizeBytes: byteCount, sha256: v.exactOptional(v.string()) }),
    ),
    files: v.exactOptional(
      v.array(
        object({ name: v.string(), sizeBytes: byteCount, mtimeNs: matching(/^-?\d{1,30}$/) }),
      ),
    ),
    output: object({ sizeBytes: byteCount, sha256: v.exactOptional(v.string()) }),
  });

/**
 * Reads what stands beside a disk. Undefined when nothing does: the disk was made by something else.
 *
 * @throws ZosiaError `ZOSIA_MANIFEST_DAMAGED`
 */
export async function readDiskManifest(
  diskPath: string,
  product: DiskProduct,
): Promise<DescribedDisk | undefined> {
  const path = manifestPath(diskPath);
  const damaged = (problem: string, cause?: unknown): ZosiaError =>
    new ZosiaError(
      'ZOSIA_MANIFEST_DAMAGED',
      `${path} does not describe ${KINDS[product]}: ${problem}`,
      {
        hint: `Write the disk again with zosia ${DISK_COMMANDS[product]}; or remove that file to use the disk unchecked.`,
        cause,
      },
    );
  let text: string;
  try {
    text = await readTextFile(path);
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    if (error.code === 'ZOSIA_FILE_NOT_FOUND') return undefined;
    throw damaged(error.message, error);
  }
  return parseJson(describedDisk(product), text, damaged);
}

const KINDS: Readonly<Record<DiskProduct, string>> = {
  'model-disk': 'a model disk',
  'efi-disk': 'an EFI disk',
};
