import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';
import { findEntry, unknownName } from '../catalogue/catalogue.js';
import type { ModelReference } from '../references/reference.js';
import { resolveEntry } from './resolve-entry.js';
import type { ModelForm } from './resolve-entry.js';
import type { ResolvedModel, ResolveOptions } from '../resolved-model.js';
import type { SourceContext } from '../transports/context.js';
import { resolveHttps } from '../transports/https.js';
import { resolveHub } from '../transports/hub.js';
import { resolveOci } from '../transports/oci.js';
import { resolveOllama } from '../transports/ollama.js';

/** A reference to what other hosts have. */
export type RemoteReference = Exclude<ModelReference, { kind: 'path' }>;

export interface ResolveReferenceOptions extends ResolveOptions {
  /** Of a name of the catalogue: in which form; a GGUF where there is one unless given. */
  readonly form?: ModelForm | undefined;
}

/**
 * Asks the source of a model what a reference stands for now: its files, with sizes and digests as far as the source
 * tells them. Nothing of them is downloaded.
 *
 * @throws ZosiaError `ZOSIA_MODEL_UNKNOWN` for a name that the catalogue does not have, `ZOSIA_BAD_OPTION` for a
 *   public key with what is not signed; as the transport
 */
export async function resolveReference(
  reference: RemoteReference,
  context: SourceContext,
  { form, ...options }: ResolveReferenceOptions = {},
): Promise<ResolvedModel> {
  if (context.publicKey !== undefined && reference.kind !== 'oci') {
    throw new ZosiaError(
      'ZOSIA_BAD_OPTION',
      wording`${option('publicKey')} is for models of OCI registries: others are not signed`,
      { hint: wording`Leave ${option('publicKey')} out, or name the model as oci:host/name:tag.` },
    );
  }
  switch (reference.kind) {
    case 'name': {
      const entry = findEntry(reference.name);
      if (!entry) throw unknownName(reference.name);
      return resolveEntry(entry, context, options, form);
    }
    case 'hub':
      return resolveHub(reference, context, options);
    case 'ollama':
      return resolveOllama(reference, context, options);
    case 'oci':
      return resolveOci(reference, context, options);
    case 'https':
      return resolveHttps(reference, context, options);
  }
}
