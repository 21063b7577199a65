import { constants, copyFile, realpath } from 'node:fs/promises';
import type { LeafSegment } from '../image/image.js';

/** How an image comes out of a clone of a file. */
export interface ClonePlan {
  /** Bytes of data that the clone has in place already. */
  readonly inPlaceBytes: number;
  /** What is to be written over the clone, in order: all other data, and zeros for the image's gaps. */
  readonly overlay: readonly LeafSegment[];
}

/** Shorter ranges are sooner copied than cloned. Longer than any gap that a chunk may reach across. */
const MINIMUM_BYTES = 1 << 20;

/**
 * The file that most of an image's data lie in at the very offset they have in the image, if there is one
 * worth cloning: then the image is that file, changed in places.
 *
 * An image that is one whole file is such a case, and so is an initramfs with a request appended. A file
 * on a disk is none, since it lies behind the format's metadata: that would take a clone of a range
 * (Linux: `FICLONERANGE`), and Node only clones whole files (`COPYFILE_FICLONE`).
 */
export function cloneCandidate(leaves: readonly LeafSegment[]): string | undefined {
  const inPlaceBytes = new Map<string, number>();
  let best: string | undefined;
  for (const { offset, length, source } of leaves) {
    if (source.kind !== 'file' || source.offset !== offset || length < MINIMUM_BYTES) continue;
    const { path } = source;
    inPlaceBytes.set(path, (inPlaceBytes.get(path) ?? 0) + length);
    if (best === undefined || inPlaceBytes.get(path)! > inPlaceBytes.get(best)!) best = path;
  }
  return best;
}

/**
 * Plans to write an image over a clone of the file at `path`, cut or extended to the image's size.
 *
 * @param leaves the image, flattened
 * @param fileBytes the size of the file
 * @returns undefined when more of the file would have to be written over than is kept
 */
export function planClone(
  imageBytes: number,
  leaves: readonly LeafSegment[],
  path: string,
  fileBytes: number,
): ClonePlan | undefined {
  const clonedBytes = Math.min(fileBytes, imageBytes);
  const overlay: LeafSegment[] = [];
  let inPlaceBytes = 0;
  let end = 0;
  for (const leaf of leaves) {
    overlay.push(...zeros(end, Math.min(leaf.offset, clonedBytes)));
    end = leaf.offset + leaf.length;
    if (isInPlace(leaf, path) && end <= fileBytes) inPlaceBytes += leaf.length;
    else overlay.push(leaf);
  }
  overlay.push(...zeros(end, clonedBytes));
  return inPlaceBytes * 2 > clonedBytes ? { inPlaceBytes, overlay } : undefined;
}

function isInPlace({ offset, length, source }: LeafSegment, path: string): boolean {
  const { kind } = source;
  return (
    kind === 'file' && source.path === path && source.offset === offset && length >= MINIMUM_BYTES
  );
}

const ZEROS = new Uint8Array(MINIMUM_BYTES);

function* zeros(start: number, end: number): Generator<LeafSegment> {
  for (let offset = start; offset < end; offset += ZEROS.length) {
    const bytes = ZEROS.subarray(0, end - offset);
    yield { offset, length: bytes.length, source: { kind: 'bytes', bytes } };
  }
}

/**
 * Makes `target`, which must not exist, a copy-on-write clone of a file: Btrfs and XFS can, within one file
 * system, and APFS from Node 22.4 on. Before, libuv gives ENOSYS on macOS for a clone that is insisted on
 * (`COPYFILE_FICLONE_FORCE`), and the image is copied like on any other file system.
 *
 * @returns whether it did; if not, there is no `target`
 */
export const cloneFile = (path: string, target: string): Promise<boolean> =>
  copyWith(constants.COPYFILE_FICLONE_FORCE, path, target);

/** {@link cloneFile}, or, where there are no clones, a copy made by the system, whose holes are filled. */
export const cloneOrCopyFile = (path: string, target: string): Promise<boolean> =>
  copyWith(constants.COPYFILE_FICLONE, path, target);

async function copyWith(how: number, path: string, target: string): Promise<boolean> {
  try {
    // A clone on macOS is one of the link itself where the path is a symbolic link.
    await copyFile(await realpath(path), target, how | constants.COPYFILE_EXCL);
    return true;
  } catch {
    return false;
  }
}
