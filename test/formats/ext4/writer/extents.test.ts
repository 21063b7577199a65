import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../../src/formats/ext4/crc32c.js';
import {
  buildExtentTree,
  extentCount,
  extentNodeCount,
  extentsOf,
} from '../../../../src/formats/ext4/writer/extents.js';
import { extentsPerNode } from '../../../../src/formats/ext4/layout/extent.js';
import type { Extent, ExtentTree } from '../../../../src/formats/ext4/writer/extents.js';

const BLOCK = 1024;
const SEED = 0x1234_5678;
const NODES_BLOCK = 2 ** 33;
const PLACE = { nodesBlock: NODES_BLOCK, blockSizeBytes: BLOCK, seed: SEED };

/** Reads a tree back by the format's description alone, checking what a reader relies on. */
function readTree(tree: ExtentTree): { depth: number; extents: Extent[] } {
  const extents: Extent[] = [];
  const visit = (node: Uint8Array, depth: number | undefined, first: number): number => {
    const view = new DataView(node.buffer, node.byteOffset, node.byteLength);
    expect(view.getUint16(0, true)).toBe(0xf30a);
    const entries = view.getUint16(2, true);
    const own = view.getUint16(6, true);
    if (depth !== undefined) {
      expect(own).toBe(depth);
      const tail = 12 + 12 * view.getUint16(4, true);
      expect(view.getUint32(tail, true)).toBe(crc32c(SEED, node.subarray(0, tail)));
      expect(view.getUint32(12, true)).toBe(first);
    }
    for (let at = 12; at < 12 + entries * 12; at += 12) {
      const fileBlock = view.getUint32(at, true);
      if (own === 0) {
        const imageBlock = view.getUint16(at + 6, true) * 2 ** 32 + view.getUint32(at + 8, true);
        extents.push({ fileBlock, imageBlock, blockCount: view.getUint16(at + 4, true) });
      } else {
        const child = view.getUint16(at + 8, true) * 2 ** 32 + view.getUint32(at + 4, true);
        const start = (child - NODES_BLOCK) * BLOCK;
        visit(tree.nodes.subarray(start, start + BLOCK), own - 1, fileBlock);
      }
    }
    return own;
  };
  return { depth: visit(tree.root, undefined, 0), extents };
}

function alternating(count: number): Extent[] {
  return Array.from({ length: count }, (_, i) => ({
    fileBlock: 2 * i,
    imageBlock: 2 ** 34 + i,
    blockCount: 1,
  }));
}

describe('an extent tree', () => {
  it('reads back as it was written, at any number of extents', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), (count) => {
        const extents = alternating(count);
        const perNode = extentsPerNode(BLOCK);
        const tree = buildExtentTree(extents, { ...PLACE, perNode });
        expect(readTree(tree).extents).toEqual(extents);
        expect(tree.nodes.length).toBe(extentNodeCount(count, perNode) * BLOCK);
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [0, 0],
    [4, 0],
    [5, 1],
    [8, 1],
    [9, 2],
    [17, 3],
    [33, 4],
    [65, 5],
    [128, 5],
  ])('of %d extents, two per node, has depth %d', (count, depth) => {
    const extents = alternating(count);
    const read = readTree(buildExtentTree(extents, { ...PLACE, perNode: 2 }));
    expect(read).toEqual({ depth, extents });
  });

  it('is refused at a depth of more than five', () => {
    expect(() => extentNodeCount(129, 2)).toThrow(RangeError);
  });

  it('fits as many entries into a block as ext4 does', () => {
    expect([1024, 2048, 4096].map(extentsPerNode)).toEqual([84, 169, 340]);
  });
});

describe('runs', () => {
  it.each([
    [32_767, [32_767]],
    [32_768, [32_768]],
    [32_769, [32_768, 1]],
    [3 * 32_768 + 1, [32_768, 32_768, 32_768, 1]],
  ])('of %d blocks are split into extents', (blockCount, lengths) => {
    const runs = [{ fileBlock: 7, blockCount }];
    const extents = extentsOf(runs, 100);
    expect(extents.map((extent) => extent.blockCount)).toEqual(lengths);
    expect(extentCount(runs)).toBe(lengths.length);
    extents.forEach(({ fileBlock, imageBlock }) => {
      expect(imageBlock - fileBlock).toBe(93);
    });
  });

  it('are contiguous on disk despite holes between them', () => {
    const runs = [
      { fileBlock: 0, blockCount: 2 },
      { fileBlock: 10, blockCount: 3 },
    ];
    expect(extentsOf(runs, 50)).toEqual([
      { fileBlock: 0, imageBlock: 50, blockCount: 2 },
      { fileBlock: 10, imageBlock: 52, blockCount: 3 },
    ]);
  });
});
