import type { HttpClient } from '../../download/http-client.js';

/** What the sources of models are asked with. */
export interface SourceContext {
  readonly http: HttpClient;
  /** The hub that is asked; https://huggingface.co unless given. */
  readonly hubUrl?: URL | undefined;
  /** An access token of the hub, sent to it alone. */
  readonly hubToken?: string | undefined;
  /** A public key in PEM: models from OCI registries have to be signed with its private one. */
  readonly publicKey?: string | undefined;
}
