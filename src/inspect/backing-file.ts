import { stat } from 'node:fs/promises';
import { ZosiaError, systemErrorCode } from '../errors.js';

/** A file on the host that holds part of an image. */
export interface BackingFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** What it takes on the host's disk; less than its size when it has holes. */
  readonly allocatedBytes: number;
}

/** Bytes of a block in what stat(2) counts, whatever the file system. */
const STAT_BLOCK_BYTES = 512;

/**
 * What the host says of a file, which is not opened: to open a FIFO would wait for its writer.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`
 */
export async function backingFile(path: string): Promise<BackingFile> {
  const found = await stat(path).catch((cause: unknown) => {
    const code = systemErrorCode(cause);
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new ZosiaError(
      isMissing ? 'ZOSIA_FILE_NOT_FOUND' : 'ZOSIA_FILE_UNREADABLE',
      isMissing ? `${path} does not exist` : `${path} cannot be read (${code ?? 'unknown'})`,
      { hint: 'Check the path; a relative one starts at the current folder.', cause },
    );
  });
  if (!found.isFile()) {
    throw new ZosiaError('ZOSIA_FILE_UNREADABLE', `${path} is not a regular file`, {
      hint: 'Name a file, not a folder or a device.',
    });
  }
  return { path, sizeBytes: found.size, allocatedBytes: found.blocks * STAT_BLOCK_BYTES };
}
