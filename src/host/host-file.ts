import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { notRegularFile, unreadable } from './file-errors.js';
import { stampOf } from './file-stamp.js';
import type { FileStamp, Image } from '../image/image.js';
import { makeImage } from '../image/image.js';

/** A file of the host as it was when it was looked at. */
export interface HostFile extends FileStamp {
  /** Absolute path. */
  readonly path: string;
}

/** Whether a regular file is there; symbolic links are followed. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}

/**
 * Looks at a regular file; symbolic links are followed.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`
 */
export async function lookAtFile(path: string): Promise<HostFile> {
  const found = await stat(path, { bigint: true }).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (!found.isFile()) throw notRegularFile(path, found);
  return { path: resolve(path), ...stampOf(found) };
}

/** The contents of a file, which whoever reads them refuses once the file has changed. */
export function hostFileData({ path, sizeBytes, mtimeNs }: HostFile): Image {
  if (sizeBytes === 0) return makeImage(0, []);
  const source = { kind: 'file', path, offset: 0, expect: { sizeBytes, mtimeNs } } as const;
  return makeImage(sizeBytes, [{ offset: 0, length: sizeBytes, source }]);
}
