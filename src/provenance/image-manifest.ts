import * as v from 'valibot';
import { ZosiaError } from '../errors.js';
import { readTextFile } from '../host/text-file.js';
import { byteCount, matching, object, parseJson } from '../json.js';
import { ARCHITECTURES } from '../artifacts/architectures.js';
import { lookAtFile } from '../host/host-file.js';
import { manifestPath } from '../recipes/manifest.js';

const DIGEST = matching(/^[0-9a-f]{64}$/);
const ZOSIA = object({ zosia: matching(/^[\w.+-]{1,64}$/) });
/** A name or a path within an image, as messages and documents repeat it. */
const NAME = v.pipe(v.string(), v.minLength(1), v.maxLength(4096));

/** What is beside a kernel or an initramfs. */
const GUEST = object({
  schema: v.literal(1),
  product: v.picklist(['kernel', 'uefi-kernel', 'initramfs']),
  inputs: v.array(
    object({
      name: NAME,
      version: v.exactOptional(NAME),
      sha256: DIGEST,
      substitute: v.exactOptional(v.literal(true)),
    }),
  ),
  settings: v.intersect([
    object({ arch: v.picklist(ARCHITECTURES) }),
    v.record(v.string(), v.union([v.string(), v.number(), v.boolean()])),
  ]),
  recipeSha256: DIGEST,
  output: object({ sizeBytes: byteCount, sha256: DIGEST }),
  versions: ZOSIA,
});

/** What is beside a model disk or an EFI disk. */
const DISK = object({
  schema: v.literal(1),
  product: v.picklist(['model-disk', 'efi-disk']),
  inputs: v.array(
    object({
      name: v.exactOptional(NAME),
      path: matching(/^\/./),
      /** What is a partition and no file of the file system has its number. */
      partition: v.exactOptional(byteCount),
      sizeBytes: byteCount,
      headerSha256: v.exactOptional(DIGEST),
      headSha256: v.exactOptional(DIGEST),
      sha256: v.exactOptional(DIGEST),
    }),
  ),
  output: object({ sizeBytes: byteCount, sha256: v.exactOptional(DIGEST) }),
  versions: ZOSIA,
});

/** A kernel, an initramfs: see `Manifest`. */
export type GuestImage = v.InferOutput<typeof GUEST>;
/** A disk: see `ManifestOfDisk`. */
export type DiskImage = v.InferOutput<typeof DISK>;
/** A file on a disk, as its manifest has it. */
export type DiskImageInput = DiskImage['inputs'][number];

/** What is written beside an image of any kind. */
export type ImageManifest = GuestImage | DiskImage;

export const isGuestImage = (manifest: ImageManifest): manifest is GuestImage =>
  'recipeSha256' in manifest;

/**
 * Reads what stands beside an image.
 *
 * @throws ZosiaError `ZOSIA_NO_MANIFEST` for an image that zosia has not written, `ZOSIA_MANIFEST_DAMAGED`; as
 *   `lookAtFile` for what is no image
 */
export async function readImageManifest(imagePath: string): Promise<ImageManifest> {
  const path = manifestPath(imagePath);
  const damaged = (problem: string, cause?: unknown): ZosiaError =>
    new ZosiaError('ZOSIA_MANIFEST_DAMAGED', `${path} describes no image: ${problem}`, {
      hint: 'Write the image again, which takes seconds.',
      cause,
    });
  let text: string;
  try {
    text = await readTextFile(path);
  } catch (error) {
    if (!(error instanceof ZosiaError)) throw error;
    if (error.code !== 'ZOSIA_FILE_NOT_FOUND') throw damaged(error.message, error);
    // Of what is no file, or not there, nothing is said about manifests.
    await lookAtFile(imagePath);
    throw new ZosiaError(
      'ZOSIA_NO_MANIFEST',
      `nothing beside ${imagePath} says what it is made of`,
      {
        hint: `zosia writes ${path} with each kernel, initramfs, model disk and EFI disk: name one of these.`,
        cause: error,
      },
    );
  }
  const { product } = parseJson(object({ product: v.string() }), text, damaged);
  const isDisk = product === 'model-disk' || product === 'efi-disk';
  return isDisk ? parseJson(DISK, text, damaged) : parseJson(GUEST, text, damaged);
}

/** The manifest of an image where there is one that can be read. */
export async function tryImageManifest(imagePath: string): Promise<ImageManifest | undefined> {
  try {
    return await readImageManifest(imagePath);
  } catch (error) {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}
