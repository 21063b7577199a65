import { createHash } from 'node:crypto';
import type { Document } from './documents.js';

/** Tells one text from another: takes in documents, in their order, as a model reads them. */
export class CorpusDigest {
  readonly #hash = createHash('sha256');

  add({ turns }: Document): void {
    this.#hash.update(JSON.stringify(turns));
  }

  /** All that was added; nothing can be added after it. */
  sha256(): string {
    return this.#hash.digest('hex');
  }
}
