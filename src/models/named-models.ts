import type { HashOptions } from '../host/hash-files.js';
import { catalogueNames } from './catalogue/catalogue.js';
import { cachedModels, findCached } from './caches/caches.js';
import type { CachedModel, CacheFolders } from './caches/cached-model.js';
import { canonicalReference } from './references/canonical-reference.js';
import type { LocatedModel } from './located-model.js';
import { otherHub } from './resolve/other-hub.js';
import { hubAddress } from './references/parse-hub.js';
import { shownReference } from './references/reference-error.js';
import { nearestNames } from './nearest-names.js';
import { locate, requireUnchanged } from './store/locate.js';
import type { Mark } from './store/marks.js';
import type { StoredModel } from './store/record.js';
import { blobKey } from './store/store.js';
import type { ModelStore } from './store/store.js';
import { requireRight } from './store/verify.js';
import { requireCachedRight } from './caches/verify.js';

export interface NamedModelsOptions {
  readonly store: ModelStore;
  readonly caches: CacheFolders;
  /** Reads every byte of what is found before it is used. */
  readonly verify?: boolean | undefined;
  /** Whether what is found is marked as in use, until this process ends: nobody removes it then. */
  readonly hold?: boolean | undefined;
  readonly hashing?: HashOptions | undefined;
  /** The hub that references of the hub mean; the usual one unless given. */
  readonly hubUrl?: URL | undefined;
  /** Called with a line that the user should see: that what is found is from another hub. */
  readonly onNote?: ((line: string) => void) | undefined;
}

/** The models of this host that have names: those of the store, and those of other programs' caches. */
export class NamedModels {
  readonly store: ModelStore;
  readonly caches: CacheFolders;
  readonly #options: NamedModelsOptions;
  readonly #held = new Map<string, Mark>();
  /** What has been read once is not read again in the life of this. */
  readonly #verified = new Set<string>();
  /** The models that have been told to be from another hub. */
  readonly #told = new Set<string>();

  constructor(options: NamedModelsOptions) {
    this.store = options.store;
    this.caches = options.caches;
    this.#options = options;
  }

  /**
   * Finds a model by its name in the store, by what it was pulled as, or by the reference of one that another
   * program has. Nothing is downloaded.
   *
   * @returns undefined where there is none
   * @throws ZosiaError `ZOSIA_MODEL_RECORD_DAMAGED`, `ZOSIA_MODEL_FILE_GONE`, `ZOSIA_MODEL_FILE_CHANGED`,
   * `ZOSIA_MODEL_ROTTEN`
   */
  async find(reference: string): Promise<LocatedModel | undefined> {
    const { hold = false, hashing } = this.#options;
    const stored = await this.findStored(reference);
    if (stored) {
      if (hold) await this.#hold(stored);
      await this.#verify(stored.name, () => requireRight(this.store, stored, hashing));
      if (!this.verifies) await requireUnchanged(this.store, stored);
      await this.#tellHub(reference, stored);
      return locate(this.store, stored);
    }
    // A name without a kind is not looked for in places that take long to look through.
    const wanted = canonicalReference(reference);
    if (wanted === undefined || !/^(?:hf|ollama):/.test(wanted)) return undefined;
    const cached = await findCached(this.caches, wanted);
    if (cached) await this.#verify(cached.name, () => requireCachedRight(cached, hashing));
    return cached;
  }

  /** A model of the store, whatever has become of its files. */
  async findStored(reference: string): Promise<StoredModel | undefined> {
    const named = await this.store.read(reference);
    if (named) return named;
    const wanted = canonicalReference(reference);
    if (wanted === undefined) return undefined;
    // Another spelling, or an alias, of a name of the catalogue.
    const listed = wanted === reference ? undefined : await this.store.read(wanted);
    if (listed) return listed;
    const entries = await this.store.list();
    const found = entries
      .flatMap(({ model }) => model ?? [])
      .filter((model) => model.reference === wanted || model.askedAs.includes(wanted));
    // The same reference may have been pulled from several hubs, under other names.
    const hub = hubAddress(this.#options.hubUrl);
    return found.find(({ source }) => source.hubUrl === hub) ?? found[0];
  }

  /** Whether every byte of what is found is read. */
  get verifies(): boolean {
    return this.#options.verify ?? false;
  }

  /** The models of other programs. */
  cached(): Promise<CachedModel[]> {
    return cachedModels(this.caches);
  }

  /** Names that somebody may have meant. */
  async nearest(name: string, others: readonly string[] = []): Promise<string[]> {
    const entries = await this.store.list().catch(() => []);
    const stored = entries.map((entry) => entry.name);
    return nearestNames(name, [...stored, ...others, ...catalogueNames()]);
  }

  /** Lets go of all that is held. */
  async release(): Promise<void> {
    for (const [key, mark] of this.#held) {
      this.#held.delete(key);
      await mark.takeBack();
    }
  }

  async #verify(name: string, verify: () => Promise<void>): Promise<void> {
    if (!this.verifies || this.#verified.has(name)) return;
    await verify();
    this.#verified.add(name);
  }

  /** Says where a model is from that was asked for as that of one hub, and is from another. */
  async #tellHub(reference: string, stored: StoredModel): Promise<void> {
    const { hubUrl, onNote } = this.#options;
    if (!onNote || this.#told.has(stored.name)) return;
    const from = await otherHub(this.store, stored, reference, hubUrl);
    if (from === undefined) return;
    this.#told.add(stored.name);
    onNote(
      `${shownReference(reference)} is here from ${from}; ${hubAddress(hubUrl)} may have another: zosia model pull asks it`,
    );
  }

  async #hold({ files }: StoredModel): Promise<void> {
    for (const { path, sha256 } of files) {
      const key = blobKey(sha256);
      if (path !== undefined || this.#held.has(key)) continue;
      // A store on a disk that cannot be written to can be used all the same: nobody removes from it either.
      const mark = await this.store.marks.use(key).catch(() => undefined);
      if (mark) this.#held.set(key, mark);
    }
  }
}
