import type { StoredModel } from './store/record.js';
import { CATALOGUE } from './catalogue/catalogue.js';
import type { CatalogueEntry, CatalogueFile } from './catalogue/entry.js';

/** Whether commit, size and sha256 of a file stand in the catalogue: else the hub's word is taken at the first pull. */
export const isKnownBeforehand = ({ revision, sizeBytes, sha256 }: CatalogueFile): boolean =>
  /^[0-9a-f]{40}$/.test(revision) && sizeBytes !== undefined && sha256 !== undefined;

/**
 * Whether a model of the catalogue has a digest that stands there, or the one that the hub has told.
 *
 * @returns undefined for what is not of the catalogue
 */
export function isVerifiedBeforehand(model: StoredModel): boolean | undefined {
  const digests = new Set(model.files.map(({ sha256 }) => sha256));
  const files = CATALOGUE.flatMap(({ gguf, checkpoint }) => [gguf, checkpoint]);
  if (files.some((file) => file?.sha256 !== undefined && digests.has(file.sha256))) return true;
  return CATALOGUE.some((entry) => isOfHubsWord(model, entry)) ? false : undefined;
}

function isOfHubsWord(
  { reference, source }: StoredModel,
  { gguf, checkpoint }: CatalogueEntry,
): boolean {
  if (source.kind !== 'hub') return false;
  // A GGUF that was made of a checkpoint has no reference of its own.
  if (reference === undefined) {
    return !gguf && checkpoint?.repository === source.repository && !isKnownBeforehand(checkpoint);
  }
  return [gguf, checkpoint].some(
    (file) =>
      file !== undefined &&
      !isKnownBeforehand(file) &&
      reference.toLowerCase().startsWith(`hf:${file.repository.toLowerCase()}@`) &&
      reference.endsWith(`/${file.file}`),
  );
}
