import { realpath } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { StoredFile } from './record.js';

const BLOB_NAME = /^sha256-([0-9a-f]{64})$/;

/**
 * The digest in the name of the blob of a store that a path leads to, also through symbolic links.
 *
 * @returns undefined where it leads elsewhere, or nowhere
 */
export async function blobAt(blobsFolder: string, path: string): Promise<string | undefined> {
  const found = await realpath(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const sha256 = BLOB_NAME.exec(basename(found))?.[1];
  if (sha256 === undefined) return undefined;
  const folder = await realpath(blobsFolder).catch(() => blobsFolder);
  return dirname(found) === folder ? sha256 : undefined;
}

/**
 * The files of a record, where those that were adopted from among the store's own blobs are these blobs: whatever
 * removes blobs then knows that a name has them.
 */
export async function withOwnBlobs(
  blobsFolder: string,
  files: readonly StoredFile[],
): Promise<readonly StoredFile[]> {
  return Promise.all(
    files.map(async (file) => {
      const { path, ...own } = file;
      if (path === undefined) return file;
      return (await blobAt(blobsFolder, path)) === file.sha256 ? own : file;
    }),
  );
}
