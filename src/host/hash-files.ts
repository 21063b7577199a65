import { createHash } from 'node:crypto';
import { contiguousChunks } from './chunks.js';
import { hostFileData } from './host-file.js';
import type { HostFile } from './host-file.js';

export interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each piece with the bytes read of all files so far. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * The sha256, in lower-case hex, of each file by its path.
 *
 * @throws ZosiaError `ZOSIA_FILE_CHANGED` when a file is not the one that was looked at
 */
export async function hashFiles(
  files: readonly HostFile[],
  { signal, onProgress }: HashOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let doneBytes = 0;
  for (const file of files) {
    const hash = createHash('sha256');
    for await (const { bytes } of contiguousChunks(hostFileData(file), signal)) {
      hash.update(bytes);
      doneBytes += bytes.length;
      onProgress?.(doneBytes, totalBytes);
    }
    digests.set(file.path, hash.digest('hex'));
  }
  return digests;
}
