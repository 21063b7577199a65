import { stat } from 'node:fs/promises';
import { notRegularFile, unreadable } from '../host/file-errors.js';
import { STAT_BLOCK_BYTES } from '../host/free-space.js';

/** A file on the host that holds part of an image. */
export interface BackingFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** What it takes on the host's disk; less than its size when it has holes. */
  readonly allocatedBytes: number;
}

/**
 * What the host says of a file, which is not opened: to open a FIFO would wait for its writer.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`
 */
export async function backingFile(path: string): Promise<BackingFile> {
  const found = await stat(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (!found.isFile()) throw notRegularFile(path, found);
  return { path, sizeBytes: found.size, allocatedBytes: found.blocks * STAT_BLOCK_BYTES };
}
