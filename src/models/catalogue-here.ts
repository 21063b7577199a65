import type { NamedModels } from './named-models.js';
import type { StoredModel } from './store/record.js';
import { CATALOGUE } from './catalogue/catalogue.js';
import type { CatalogueEntry } from './catalogue/entry.js';

/** The entries whose model is in the store: under their own name, or their GGUF under any other. */
export async function entriesHere({
  store,
}: Pick<NamedModels, 'store'>): Promise<ReadonlySet<CatalogueEntry>> {
  const stored = (await store.list()).flatMap(({ model }) => model ?? []);
  const here = new Set<CatalogueEntry>();
  for (const entry of CATALOGUE) {
    const sha256 = entry.gguf?.sha256;
    const isBlob = sha256 !== undefined && (await store.blobSize(sha256)) !== undefined;
    if (isBlob || stored.some((model) => isOf(model, entry))) here.add(entry);
  }
  return here;
}

/** A file that was added may have the name of an entry, too. */
const isOf = (
  { name, source }: StoredModel,
  { name: listed, gguf, checkpoint }: CatalogueEntry,
): boolean =>
  name === listed &&
  source.kind === 'hub' &&
  [gguf?.repository, checkpoint?.repository].includes(source.repository);
