import { join } from 'node:path';
import { folders } from './environment.js';
import { defaultPlaces } from '../recipes/places.js';
import type { Places } from '../recipes/places.js';

/**
 * Where the guests of servers and workers lie, which run in any folder, as services do: in the user's cache. Models are
 * looked for where zosia is run, as ever.
 */
export const cachedPlaces = (): Places => ({
  ...defaultPlaces(),
  artifactsDir: join(folders().cacheDirectory, 'guest'),
});
