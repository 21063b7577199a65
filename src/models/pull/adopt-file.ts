import { ZosiaError } from '../../errors.js';
import { hashFiles } from '../../host/hash-files.js';
import { lookAtFile } from '../../host/host-file.js';
import type { FetchBlobOptions } from './fetch-blob.js';
import type { ResolvedFile } from '../resolved-model.js';
import type { StoredFile } from '../store/record.js';

/**
 * Takes a file from where another program has it, once all of it has been read and found right.
 *
 * @returns undefined where it is not what its name says, or cannot be read
 */
export async function adoptFile(
  { role, fileName, name, sha256 }: ResolvedFile,
  path: string,
  { signal, onBytes }: FetchBlobOptions,
): Promise<StoredFile | undefined> {
  try {
    const { sizeBytes, mtimeNs } = await lookAtFile(path);
    const file = { path, sizeBytes, mtimeNs };
    const onProgress = (done: number, total: number): void => onBytes?.(name, done, total);
    const digests = await hashFiles([file], { signal, onProgress });
    if (sha256 === undefined || digests.get(path) !== sha256) return undefined;
    return { role, fileName, sizeBytes, sha256, path, stamp: { sizeBytes, mtimeNs } };
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}
