import { canonical, queryDigest } from '../references/canonical-reference.js';
import { findEntry } from '../catalogue/catalogue.js';
import type { CatalogueEntry } from '../catalogue/catalogue.js';
import { checkpointName } from '../checkpoint-name.js';
import type { CatalogueFile } from '../catalogue/entry.js';
import { isKnownBeforehand } from '../known-beforehand.js';
import { requireForm, resolveEntry } from './resolve-entry.js';
import type { ModelForm } from './resolve-entry.js';
import { resolveReference } from './resolve-reference.js';
import type { RemoteReference, ResolveReferenceOptions } from './resolve-reference.js';
import type { ResolvedModel } from '../resolved-model.js';
import { readNamePin, writeNamePin } from '../store/name-pins.js';
import type { ModelStore } from '../store/store.js';
import type { SourceContext } from '../transports/context.js';

/** What a reference stands for, and what is to be done once it has been pulled. */
export interface PinnedModel {
  readonly resolved: ResolvedModel;
  /** Whether nobody has told its digest before: what the hub says is taken. */
  readonly isHubsWord: boolean;
  /** Keeps what the hub has said of a name of the catalogue: it holds from then on. */
  readonly pin: (sha256: string, sizeBytes: number) => Promise<void>;
}

/**
 * {@link resolveReference}, where the first word of the hub on a name of the catalogue holds: another pull gets the
 * same commit and has to get the same digest, whatever has become of the branch.
 */
export async function resolvePinned(
  store: ModelStore,
  reference: RemoteReference,
  context: SourceContext,
  options: ResolveReferenceOptions & { readonly force?: boolean | undefined } = {},
): Promise<PinnedModel> {
  const entry = reference.kind === 'name' ? findEntry(reference.name) : undefined;
  if (!entry) {
    const resolved = await resolveReference(reference, context, options);
    return {
      resolved: withQuery(resolved, reference),
      isHubsWord: false,
      pin: () => Promise.resolve(),
    };
  }
  const form: ModelForm = options.form ?? (entry.gguf ? 'gguf' : 'checkpoint');
  const found = options.force ? undefined : await readNamePin(store, entry.name, form);
  const pinned = found ? withPin(entry, form, found) : entry;
  const resolved = named(await resolveEntry(pinned, context, options, form), entry, form);
  return {
    resolved,
    isHubsWord: !found && !isKnownBeforehand(requireForm(entry, form)),
    async pin(sha256, sizeBytes) {
      const { revision } = resolved.source;
      const isKept =
        found?.revision === revision && found?.sha256 === sha256 && found.sizeBytes === sizeBytes;
      if (revision !== undefined && !isKept) {
        await writeNamePin(store, entry.name, form, { revision, sha256, sizeBytes });
      }
    },
  };
}

/** A URL with another query may be of another file. */
function withQuery(resolved: ResolvedModel, reference: RemoteReference): ResolvedModel {
  if (reference.kind !== 'https' || reference.url.search === '') return resolved;
  const { source } = resolved;
  const query = queryDigest(reference.url.search);
  return {
    ...resolved,
    reference: canonical(reference) ?? resolved.reference,
    source: { ...source, repository: `${source.repository}${query}` },
  };
}

function named(resolved: ResolvedModel, entry: CatalogueEntry, form: ModelForm): ResolvedModel {
  return form === 'checkpoint' ? { ...resolved, name: checkpointName(entry.name) } : resolved;
}

function withPin(
  entry: CatalogueEntry,
  form: ModelForm,
  pin: Required<Pick<CatalogueFile, 'revision' | 'sha256' | 'sizeBytes'>>,
): CatalogueEntry {
  const file = form === 'gguf' ? entry.gguf : entry.checkpoint;
  if (!file) return entry;
  // What is known beforehand is no word of the hub's, and holds.
  return file.sha256 !== undefined && file.sha256 !== pin.sha256
    ? entry
    : { ...entry, [form === 'gguf' ? 'gguf' : 'checkpoint']: { ...file, ...pin } };
}
