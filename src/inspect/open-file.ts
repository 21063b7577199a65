import { ZosiaError } from '../errors.js';
import type { RandomAccess } from '../image/random-access.js';
import type { ImageTree } from './node.js';

/**
 * The content of a regular file in an image.
 *
 * @throws ZosiaError `ZOSIA_NOT_A_FILE`, and as `lookUp`
 */
export async function openFile(tree: ImageTree, path: string): Promise<RandomAccess> {
  const node = await tree.lookUp(path, true);
  if (node.type === 'file') return node.open();
  throw new ZosiaError('ZOSIA_NOT_A_FILE', `${path} is a ${node.type}, which has no content`, {
    hint: 'See what is there with `zosia ls -l IMAGE PATH`.',
  });
}
