import { shownText } from '../../download/shown-text.js';
import { unusable } from './failures.js';

const MOST_NAMED = 6;

/**
 * What is told of the layers of a model that nothing is done with: without them it may answer otherwise than whoever
 * packed it meant.
 *
 * @param names what the layers are called, as their source has it
 */
export function unusedLayers(what: string, names: readonly string[]): string[] {
  const distinct = [...new Set(names)];
  if (distinct.length === 0) return [];
  const more = distinct.length - MOST_NAMED;
  const shown = distinct.slice(0, MOST_NAMED).map(shownText).join(', ');
  return [`not used of ${what}: ${shown}${more > 0 ? `, and ${more} more` : ''}`];
}

/** The error for a model that is another one without its adapter. */
export const needsAdapter = (what: string): Error =>
  unusable(
    `${what} is an adapter upon another model`,
    'zosia would run it without the adapter, which is another model. An adapter that lies on this host goes on a disk with its model: zosia image model MODEL --lora FILE',
  );
