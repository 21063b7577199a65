import type { ModelStore } from '../../models/store/store.js';
import type { StoredModel } from '../../models/store/record.js';
import type { ServedEntry } from './served-entry.js';

/** How long what was found is taken for what is there, in ms: requests come faster than models. */
const FRESH_MS = 1000;

const MS_OF_S = 1000;
const NS_OF_MS = 1_000_000n;

/** The models of a store, as they come and go. */
export class StoreEntries {
  readonly #store: ModelStore;
  #found: Promise<ServedEntry[]> | undefined;
  #foundMs = 0;

  constructor(store: ModelStore) {
    this.#store = store;
  }

  /** All that llama.cpp runs, sorted by name. */
  readonly list = (): Promise<ServedEntry[]> => {
    const nowMs = performance.now();
    if (!this.#found || nowMs - this.#foundMs > FRESH_MS) {
      this.#foundMs = nowMs;
      this.#found = this.#read();
      // One that fails is no answer for others.
      this.#found.catch(() => (this.#found = undefined));
    }
    return this.#found;
  };

  async #read(): Promise<ServedEntry[]> {
    const entries = await this.#store.list();
    return entries.flatMap(({ model }) => (model && isGguf(model) ? [entryOf(model)] : []));
  }
}

/** A llama2.c checkpoint is for the EFI machine. */
const isGguf = ({ files }: StoredModel): boolean => !files.some(({ role }) => role === 'tokenizer');

function entryOf({ name, reference, askedAs, files }: StoredModel): ServedEntry {
  const others = [reference, ...askedAs].filter((each) => each !== undefined && each !== name);
  const { mtimeNs } = files[0]!.stamp;
  return {
    name,
    aliases: [...new Set(others as string[])],
    created: Number(mtimeNs / NS_OF_MS) / MS_OF_S,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    found: name,
    companions: {},
  };
}
