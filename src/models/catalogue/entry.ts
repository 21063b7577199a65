/** Where the hub has a file of the catalogue. */
export interface CatalogueFile {
  /** `owner/repo` of the hub. */
  readonly repository: string;
  /** A commit, or a branch while none has been checked. */
  readonly revision: string;
  readonly file: string;
  readonly sizeBytes?: number | undefined;
  readonly sha256?: string | undefined;
}

/** A file of the catalogue that another place than the hub has. */
export interface CatalogueUrl {
  readonly url: string;
  readonly fileName: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What the KV cache is computed from. */
export interface AttentionShape {
  readonly blockCount: number;
  readonly headCountKv: number;
  /** Elements of a key, and of a value, of one head. */
  readonly headLength: number;
  /** Tokens the model was trained to look back on. */
  readonly contextLength: number;
}

/** What zosia knows of a model by its name. */
export interface CatalogueEntry {
  readonly name: string;
  /** Other names for it. */
  readonly aliases?: readonly string[] | undefined;
  /** A sentence. */
  readonly about: string;
  /** An SPDX expression. */
  readonly licence: string;
  /** In thousand millions. */
  readonly parametersBillion: number;
  /** Of these, those that take part in each token, of a mixture of experts. */
  readonly activeBillion?: number | undefined;
  /** As the file's name has it. */
  readonly quantisation: string;
  /** Bytes of the weights; those of its file where that is known. */
  readonly weightBytes: number;
  readonly shape: AttentionShape;
  /** Whether it answers in a conversation; one that does not goes on with a text. */
  readonly chats: boolean;
  /**
   * Whether commit, size and sha256 of all its files are known beforehand, as published by several projects that
   * do not depend on each other. What is not is taken as the hub tells it at the first pull.
   */
  readonly verified: boolean;
  /** For the Linux guest. */
  readonly gguf?: CatalogueFile | undefined;
  /** For the EFI machine, and to convert from; with its tokenizer. */
  readonly checkpoint?: CatalogueFile | undefined;
  readonly tokenizer?: CatalogueUrl | undefined;
}
