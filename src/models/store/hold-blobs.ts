import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Mark } from './marks.js';
import { ModelStore } from './store.js';

const BLOB_NAME = /^sha256-[0-9a-f]{64}$/;

/**
 * Marks those of some files that are blobs of a store, whichever that is, as in use, so that nobody removes them
 * meanwhile. Caches of other programs, which have blobs of the same names, are left as they are.
 *
 * @param paths absolute, without symbolic links
 * @throws whatever `use` throws
 */
export async function withHeldBlobs<T>(
  paths: readonly string[],
  use: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const marks: Mark[] = [];
  try {
    for (const path of new Set(paths)) {
      const store = await storeOf(path);
      if (!store) continue;
      // A store on a disk that cannot be written to can be used all the same: nobody removes from it either.
      const mark = await store.marks.use(basename(path), signal).catch(() => undefined);
      signal?.throwIfAborted();
      if (mark) marks.push(mark);
    }
    return await use();
  } finally {
    for (const mark of marks) await mark.takeBack();
  }
}

/** The store that has a file as a blob. A store keeps marks; what another program has does not. */
export async function storeOf(path: string): Promise<ModelStore | undefined> {
  if (!BLOB_NAME.test(basename(path))) return undefined;
  const store = new ModelStore(dirname(dirname(path)));
  if (store.blobsFolder !== dirname(path)) return undefined;
  const found = await stat(join(store.folder, 'marks')).catch(() => undefined);
  return found?.isDirectory() ? store : undefined;
}
