import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type * as v from 'valibot';
import { sha256 } from '../../image/sha256.js';
import { writeOutput } from '../../host/output-file.js';
import { readTextFile } from '../../host/text-file.js';
import { tryJson } from '../../json.js';

/**
 * What was found out about this host by running something, kept until the key changes. A cache that
 * cannot be read or written only costs the time to find out again.
 */
export class HostFactsCache {
  readonly #folder: string;
  /** Whether what is found out now is not kept, as in a dry run. */
  readonly isReadOnly: boolean;

  constructor(cacheDirectory: string, options: { readonly isReadOnly?: boolean | undefined } = {}) {
    this.#folder = join(cacheDirectory, 'machine');
    this.isReadOnly = options.isReadOnly ?? false;
  }

  /**
   * The fact kept under a key, or else what `find` finds.
   *
   * @param kind names the fact in file names: "qemu"
   * @param key everything the fact depends on
   * @param schema what a whole fact looks like, rather than a damaged one
   */
  async get<T>(
    kind: string,
    key: readonly unknown[],
    schema: v.GenericSchema<unknown, T>,
    find: () => Promise<T>,
  ): Promise<T> {
    const kept = await this.peek(kind, key, schema);
    if (kept !== undefined) return kept;
    const found = await find();
    await this.put(kind, key, found);
    return found;
  }

  /**
   * The fact kept under a key, if there is one.
   *
   * @param lifetimeMs how long a fact is believed; for ever unless given
   */
  async peek<T>(
    kind: string,
    key: readonly unknown[],
    schema: v.GenericSchema<unknown, T>,
    lifetimeMs: (fact: T) => number = () => Infinity,
  ): Promise<T | undefined> {
    const path = this.#path(kind, key);
    try {
      const fact = tryJson(schema, await readTextFile(path));
      if (fact === undefined) return undefined;
      const ageMs = Date.now() - (await stat(path)).mtimeMs;
      return ageMs < lifetimeMs(fact) ? fact : undefined;
    } catch {
      return undefined;
    }
  }

  async put(kind: string, key: readonly unknown[], fact: unknown): Promise<void> {
    if (this.isReadOnly) return;
    await writeOutput(this.#path(kind, key), JSON.stringify(fact)).catch(() => undefined);
  }

  #path(kind: string, key: readonly unknown[]): string {
    return join(this.#folder, `${kind}-${sha256(JSON.stringify(key)).slice(0, 32)}.json`);
  }
}
