import { blobKey } from './store.js';
import type { ModelStore } from './store.js';

/** Removes blobs that no name has and nobody uses. */
export async function discardBlobs(store: ModelStore, digests: readonly string[]): Promise<void> {
  for (const sha256 of digests) {
    await store.marks.removing([blobKey(sha256)], async () => {
      const names = await store.namesOf(sha256);
      if (names.length === 0) await store.removeBlob(sha256);
    });
  }
}
