import { link, realpath } from 'node:fs/promises';
import { lookAtFile } from '../../host/host-file.js';
import { makeOutputFolder } from '../../host/output-file.js';
import { storeOf } from './hold-blobs.js';
import type { StoredFile } from './record.js';
import { blobKey, isSameStamp } from './store.js';
import type { ModelStore } from './store.js';

/**
 * Takes files that are blobs of other stores as hard links, where these lie on the same file system: names of one
 * store are not known to another, which would remove the file with its own last name of it.
 *
 * @param write writes the record; the links are in use until it has
 * @throws whatever `write` throws
 */
export async function withSharedBlobs<T>(
  store: ModelStore,
  files: readonly StoredFile[],
  write: (files: readonly StoredFile[]) => Promise<T>,
): Promise<T> {
  const taken: StoredFile[] = [];
  const marks = [];
  try {
    for (const file of files) {
      const path = file.path === undefined ? undefined : await realpath(file.path);
      const other = path === undefined ? undefined : await storeOf(path);
      if (path === undefined || other === undefined) {
        taken.push(file);
        continue;
      }
      marks.push(await store.marks.use(blobKey(file.sha256)));
      taken.push((await linked(store, { ...file, path })) ?? file);
    }
    return await write(taken);
  } finally {
    for (const mark of marks) await mark.takeBack();
  }
}

/** @returns undefined where no link can be made: the file stays where it is alone */
async function linked(
  store: ModelStore,
  { path, ...own }: StoredFile & { readonly path: string },
): Promise<StoredFile | undefined> {
  await makeOutputFolder(store.blobsFolder);
  const blob = store.blobPath(own.sha256);
  await link(path, blob).catch(() => undefined);
  // What was there under that name may not be what it says.
  const found = await lookAtFile(blob).catch(() => undefined);
  return found && isSameStamp(found, own.stamp) ? own : undefined;
}
