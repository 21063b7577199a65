import type { LocatedModel, ModelOrigin } from '../located-model.js';

/** A model in the cache of another program: used where it lies, and never written to. */
export interface CachedModel extends LocatedModel {
  readonly origin: Exclude<ModelOrigin, 'store'>;
  /** Bytes of all its files. */
  readonly sizeBytes: number;
  /** References that stand for it, the fullest first: it is its name. */
  readonly references: readonly string[];
}

/** The folders of other programs' caches; those that are not there are passed over. */
export interface CacheFolders {
  /** ollama's, with `manifests` and `blobs`. */
  readonly ollama: readonly string[];
  /** Hugging Face's, with a folder `models--OWNER--REPO` for each repository. */
  readonly huggingface: readonly string[];
  /** llama.cpp's, before it took Hugging Face's: GGUFs, with a manifest for each repository. */
  readonly llamaCpp: readonly string[];
}

/** How many entries of a folder are looked at: a cache is no reason to read a disk through. */
export const MAX_ENTRIES = 10_000;
