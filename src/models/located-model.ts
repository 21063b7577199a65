import type { FileStamp } from '../image/image.js';
import type { ModelFileRole } from './resolved-model.js';

/** A file of a model on this host. */
export interface LocatedFile {
  readonly role: ModelFileRole;
  /** The name it goes by beside the others, whatever its own is. */
  readonly fileName: string;
  /** Absolute path. */
  readonly path: string;
  readonly sizeBytes: number;
  /** 64 hexadecimal digits, where they are known. */
  readonly sha256?: string | undefined;
  /** As it has to be, unless its digest is checked again. */
  readonly stamp?: FileStamp | undefined;
}

/** Whose a model is: zosia's own store's, or that of another program's cache. */
export type ModelOrigin = 'store' | 'ollama' | 'huggingface' | 'llama.cpp';

/** A model that is on this host, and where. */
export interface LocatedModel {
  readonly origin: ModelOrigin;
  /** Its name in the store, or the reference that stands for it. */
  readonly name: string;
  /** All parts in order, then the projector or the tokenizer. */
  readonly files: readonly LocatedFile[];
}
