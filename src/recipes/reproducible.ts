import { ZosiaError } from '../errors.js';
import type { Image } from '../image/image.js';
import { planDigest } from './plan-digest.js';

/**
 * Plans an image twice, from its inputs on, and compares the plans; file contents are not read.
 *
 * @returns the digest of both, see `planDigest`
 * @throws ZosiaError `ZOSIA_NOT_REPRODUCIBLE`
 */
export async function checkReproducible(plan: () => Promise<Image>): Promise<string> {
  const first = planDigest(await plan());
  const second = planDigest(await plan());
  if (first === second) return first;
  throw new ZosiaError('ZOSIA_NOT_REPRODUCIBLE', `two plans differ: ${first} and ${second}`, {
    hint: 'If nothing wrote to the inputs meanwhile, this is a defect of zosia: please report it.',
  });
}
