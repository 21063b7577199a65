/** What a user may call a model by, taken apart. */
export type ModelReference =
  /** A file of this host. */
  | { readonly kind: 'path'; readonly path: string }
  /** A name: of the catalogue, of the store, or of a file in models/. */
  | { readonly kind: 'name'; readonly name: string }
  /** `hf:owner/repo[@revision]/file.gguf`, or `hf:owner/repo[@revision][:QUANTISATION]`. */
  | {
      readonly kind: 'hub';
      readonly repository: string;
      readonly revision?: string | undefined;
      readonly file?: string | undefined;
      readonly quantisation?: string | undefined;
    }
  /** `ollama:[host/][namespace/]name[:tag]`. */
  | {
      readonly kind: 'ollama';
      readonly host?: string | undefined;
      readonly repository: string;
      readonly tag: string;
    }
  /** `oci:host[:port]/name[:tag|@sha256:digest]`. */
  | {
      readonly kind: 'oci';
      readonly host: string;
      readonly repository: string;
      /** A tag, or `sha256:` and a digest. */
      readonly version: string;
    }
  | { readonly kind: 'https'; readonly url: URL };
