import type { ServedEntry } from '../../../src/serve/models/served-entry.js';

/** A model of a name that is served, by other names too. */
export const servedEntry = (name: string, ...aliases: string[]): ServedEntry => ({
  name,
  aliases,
  created: 0,
  sizeBytes: 1,
  found: name,
  companions: {},
});
