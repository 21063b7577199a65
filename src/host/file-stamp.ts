import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { FileStamp } from '../image/image.js';
import { becameDifferent, becameShorter, unreadable } from './file-errors.js';

export function stampOf({ size, mtimeNs }: BigIntStats): FileStamp {
  return { sizeBytes: Number(size), mtimeNs };
}

/**
 * The stamp that a file has now: what a planner keeps as `expect` of a file source.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`
 */
export async function readStamp(path: string): Promise<FileStamp> {
  const stats = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  return stampOf(stats);
}

/**
 * Refuses a file that is not the expected one.
 *
 * @throws ZosiaError `ZOSIA_FILE_CHANGED`
 */
export function checkStamp(path: string, found: FileStamp, expected: FileStamp): void {
  if (found.sizeBytes < expected.sizeBytes) throw becameShorter(path);
  if (found.sizeBytes !== expected.sizeBytes || found.mtimeNs !== expected.mtimeNs) {
    throw becameDifferent(path);
  }
}
