import { describe, expect, it } from 'vitest';
import type { ImageNode, ImageTree, NamedNode } from '../../src/inspect/node.js';
import { walkTree } from '../../src/inspect/walk.js';

/** Counts how often each directory is listed. */
function countingTree(): { tree: ImageTree; lists: number[] } {
  const lists: number[] = [];
  const node = (id: number, below: Readonly<Record<string, ImageNode>> = {}): ImageNode => {
    const children = Object.entries(below).map(([name, child]): NamedNode => ({
      name,
      nameBytes: Buffer.from(name),
      node: child,
    }));
    const type = children.length > 0 ? 'directory' : 'file';
    return {
      id,
      type,
      sizeBytes: 1,
      // eslint-disable-next-line @typescript-eslint/require-await
      async *list() {
        lists.push(id);
        yield children;
      },
    } as Partial<ImageNode> as ImageNode;
  };
  const root = node(1, { b: node(2, { d: node(3), c: node(4) }), a: node(5) });
  return { tree: { sizeBytes: 100, lookUp: () => Promise.resolve(root) }, lists };
}

describe('walkTree', () => {
  it('lists each directory once, however often its children are requested', async () => {
    const { tree, lists } = countingTree();
    const paths: string[] = [];
    const asked: string[][] = [];
    for await (const walked of walkTree(tree, await tree.lookUp('/', false))) {
      paths.push(`/${walked.names.join('/')}`);
      if (walked.node.type !== 'directory') continue;
      for (let times = 0; times < 2; times++) {
        asked.push((await walked.children()).map(({ name }) => name));
      }
    }
    expect(paths).toEqual(['/', '/a', '/b', '/b/c', '/b/d']);
    expect(asked).toEqual([
      ...[
        ['a', 'b'],
        ['a', 'b'],
      ],
      ...[
        ['c', 'd'],
        ['c', 'd'],
      ],
    ]);
    expect(lists).toEqual([1, 2]);
  });
});
