import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadUrl } from '../url-download.js';

/**
 * Reads what is at a URL, whole.
 *
 * @throws ZosiaError `ZOSIA_DOWNLOAD_FAILED`, `ZOSIA_DOWNLOAD_CORRUPT` beyond `maxBytes`
 */
export type ReadUrl = (
  url: URL,
  options: { readonly maxBytes: number; readonly signal?: AbortSignal | undefined },
) => Promise<Uint8Array>;

/** {@link ReadUrl} by way of files in a folder, which are gone again when it returns. */
export function readUrlBy(folder: string): ReadUrl {
  let count = 0;
  return async (url, options) => {
    const path = join(folder, `read-${count++}`);
    try {
      await downloadUrl(url, path, options);
      return await readFile(path);
    } finally {
      await rm(path, { force: true });
    }
  };
}
