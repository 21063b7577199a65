import { createHash } from 'node:crypto';
import { flatten } from '../image/image.js';
import type { Image } from '../image/image.js';
import { ZosiaError } from '../errors.js';

/**
 * The sha256, in lower-case hex, of a plan: its size, the bytes it holds itself, and which ranges of
 * which files lie where. Files are told apart by their order, not by their paths, so that a plan has the
 * same digest on any host; their contents are not read.
 *
 * @throws RangeError for a plan with bytes that are only made when they are read
 */
export function planDigest(image: Image): string {
  const hash = createHash('sha256').update(`${image.sizeBytes}\n`);
  const files = new Map<string, number>();
  for (const { offset, length, source } of flatten(image)) {
    if (source.kind === 'bytes') {
      hash.update(`${offset} ${length}\n`).update(source.bytes);
      continue;
    }
    if (source.kind === 'access') throw new RangeError('bytes yet to be made have no digest');
    const number = files.get(source.path) ?? files.size;
    files.set(source.path, number);
    hash.update(`${offset} ${length} file ${number} ${source.offset}\n`);
  }
  return hash.digest('hex');
}

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
