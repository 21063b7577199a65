import { licenceFromText } from '../licences.js';
import type { Descriptor, Registry } from './registry.js';

/** The longest text of a licence that is read, to say which it is. */
const MAX_LICENCE_BYTES = 256 * 1024;

/** What the licences that come with a model are, each once. */
export async function licenceOf(
  layers: readonly Descriptor[],
  source: Registry,
): Promise<string | undefined> {
  const names = new Set<string>();
  for (const layer of layers.slice(0, MAX_LICENCES)) {
    if (layer.size > MAX_LICENCE_BYTES) continue;
    const text = new TextDecoder().decode(await source.blob(layer, MAX_LICENCE_BYTES));
    const name = licenceFromText(text);
    if (name !== undefined) names.add(name);
  }
  return names.size === 0 ? undefined : [...names].join(' AND ');
}

const MAX_LICENCES = 4;
