import { ZosiaError } from '../../errors.js';
import { nearestNames } from '../nearest-names.js';
import { shownText } from '../../download/shown-text.js';
import { ENTRIES } from './entries.js';
import type { CatalogueEntry } from './entry.js';

export type { CatalogueEntry } from './entry.js';

/** The models that zosia knows by name, from the smallest to the largest. */
export const CATALOGUE: readonly CatalogueEntry[] = ENTRIES;

/** The entry of a name, in capitals or not; undefined where there is none. */
export function findEntry(name: string): CatalogueEntry | undefined {
  const wanted = name.toLowerCase();
  return CATALOGUE.find((entry) => namesOf(entry).some((each) => each.toLowerCase() === wanted));
}

const namesOf = ({ name, aliases = [] }: CatalogueEntry): string[] => [name, ...aliases];

/** All names of the catalogue, aliases among them. */
export const catalogueNames = (): string[] => CATALOGUE.flatMap(namesOf);

/**
 * The error for a name that nothing has.
 *
 * @param others names that are known besides those of the catalogue, such as those of the store
 */
export function unknownName(name: string, others: Iterable<string> = []): ZosiaError {
  const near = nearestNames(name, new Set([...others, ...catalogueNames()]));
  return new ZosiaError('ZOSIA_MODEL_UNKNOWN', `no model is named ${shownText(name)}`, {
    hint:
      near.length > 0
        ? `Did you mean ${near.join(' or ')}?`
        : 'Any GGUF of the hub can be named as hf:owner/repo:Q4_K_M, one of Ollama as ollama:name:tag, a file by its path.',
  });
}

/** How quickly a model answers next to others: by the bytes of weights that each token takes. */
export type SpeedClass = 'quick' | 'steady' | 'slow';

/** The most bytes of weights for each token in a class; a processor reads them all, and little else takes time. */
const QUICK_BYTES = 0.6e9;
const STEADY_BYTES = 1.5e9;

export function speedClass(entry: CatalogueEntry): SpeedClass {
  const read = bytesPerToken(entry);
  return read <= QUICK_BYTES ? 'quick' : read <= STEADY_BYTES ? 'steady' : 'slow';
}

/** Bytes of weights that each token takes: of a mixture of experts not all. */
export function bytesPerToken(entry: CatalogueEntry): number {
  const { weightBytes, parametersBillion, activeBillion = parametersBillion } = entry;
  return Math.round((weightBytes * activeBillion) / parametersBillion);
}
