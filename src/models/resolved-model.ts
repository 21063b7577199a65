import type { RemoteFile } from '../download/remote-file.js';

/** What a file of a model is; a checkpoint of llama2.c has its tokenizer in a file of its own. */
export type ModelFileRole = 'model' | 'projector' | 'tokenizer';

/** A file of a model, where its source has it. */
export interface ResolvedFile extends RemoteFile {
  readonly role: ModelFileRole;
  /**
   * The name it has beside the model's other files, ending in `.gguf`, or in `.bin` for a checkpoint: parts of a
   * split model are found by it.
   */
  readonly fileName: string;
}

/** What a reference stands for, as its source says at this moment. */
export interface ResolvedModel {
  /** The reference in full, pinned where its source has revisions: `hf:owner/repo@COMMIT/file.gguf`. */
  readonly reference: string;
  /** The name that it is kept under unless another is asked for. */
  readonly name: string;
  readonly source: {
    /** Which transport has resolved it. */
    readonly kind: 'hub' | 'ollama' | 'oci' | 'https';
    /** What it has there: `owner/repo`, `registry.example/owner/name`, or the URL. */
    readonly repository: string;
    /** A commit, or the digest of a manifest; undefined where the source has none. */
    readonly revision?: string | undefined;
    /**
     * Which hub was asked: its address without a slash at its end, whether it is the usual one or a mirror. Undefined
     * for what is of no hub, or where it is not known. Registries are in `repository`.
     */
    readonly hubUrl?: string | undefined;
  };
  /** An SPDX expression, or the source's own word for the licence. */
  readonly licence?: string | undefined;
  /** All parts of the model in order, then its projector or tokenizer. */
  readonly files: readonly ResolvedFile[];
  /** What a user should know of it: what its source has of it and is not used, for one. A sentence each. */
  readonly notes?: readonly string[] | undefined;
}

export interface ResolveOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: ((reason: string, pauseMs: number) => void) | undefined;
}
