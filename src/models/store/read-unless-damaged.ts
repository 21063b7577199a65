import { ZosiaError } from '../../errors.js';
import type { StoredModel } from './record.js';
import type { ModelStore } from './store.js';

/** What a name stands for; a damaged record is as good as none for whoever writes a new one. */
export async function readUnlessDamaged(
  store: ModelStore,
  name: string,
): Promise<StoredModel | undefined> {
  try {
    return await store.read(name);
  } catch (error) {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}
