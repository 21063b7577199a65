import { ZosiaError } from '../errors.js';
import type { ImageNode, ImageTree, NamedNode } from './node.js';

/** A file below some folder, with the names that lead to it. */
export interface LocatedNode {
  /** From the folder on; printable. Empty: the folder itself. */
  readonly names: readonly string[];
  readonly nameBytes: readonly Uint8Array[];
  readonly node: ImageNode;
}

/** What a walk comes by. */
export interface Walked extends LocatedNode {
  /** What a directory has, as {@link sortedNames} gives it; read once, for whoever asks and for the walk. */
  children(): Promise<readonly NamedNode[]>;
}

/** The names in a directory in the order of their bytes, the same in every image with these names. */
export async function sortedNames(directory: ImageNode): Promise<NamedNode[]> {
  const children: NamedNode[] = [];
  for await (const some of directory.list()) for (const child of some) children.push(child);
  return children.sort((a, b) => Buffer.compare(a.nameBytes, b.nameBytes));
}

/**
 * Everything from a node down, parents before their children, names in the order of their bytes.
 * Symlinks are not followed.
 *
 * @param directoriesOnly passes over what is no directory, for whoever looks at the children instead: a
 * walk by way of each of a million files takes far longer
 * @throws ZosiaError `ZOSIA_IMAGE_LOOP` when a directory appears twice, or they add up to more than
 * the image holds: the walk might not end
 */
export async function* walkTree(
  tree: ImageTree,
  start: ImageNode,
  directoriesOnly = false,
): AsyncGenerator<Walked, void, undefined> {
  const visited = new Set<number>();
  let roomBytes = tree.sizeBytes;
  // What is left of each directory on the way down: a path is made only when its turn comes.
  const pending: { parent: Walked; children: NamedNode[] }[] = [];
  let next: Walked | undefined = walked([], [], start);
  for (; next; next = takeNext(pending)) {
    yield next;
    const { names, node } = next;
    if (node.type !== 'directory') continue;
    roomBytes -= node.sizeBytes;
    if (visited.has(node.id) || roomBytes < 0) {
      throw new ZosiaError(
        'ZOSIA_IMAGE_LOOP',
        `the directory /${names.join('/')} lies within itself, or in two places`,
        { hint: 'The image is damaged: see what is wrong with `zosia verify IMAGE`.' },
      );
    }
    visited.add(node.id);
    const children = await next.children();
    const further = directoriesOnly
      ? children.filter((child) => child.node.type === 'directory')
      : children;
    pending.push({ parent: next, children: further.toReversed() });
  }
}

function walked(
  names: readonly string[],
  nameBytes: readonly Uint8Array[],
  node: ImageNode,
): Walked {
  let children: Promise<readonly NamedNode[]> | undefined;
  return { names, nameBytes, node, children: () => (children ??= sortedNames(node)) };
}

function takeNext(pending: { parent: Walked; children: NamedNode[] }[]): Walked | undefined {
  for (let last = pending.at(-1); last; last = pending.at(-1)) {
    const child = last.children.pop();
    if (child) {
      const { names, nameBytes } = last.parent;
      return walked([...names, child.name], [...nameBytes, child.nameBytes], child.node);
    }
    pending.pop();
  }
  return undefined;
}
