import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planGeometry } from '../../../../src/formats/ext4/writer/geometry.js';
import type { Demand, Geometry } from '../../../../src/formats/ext4/writer/geometry.js';

const demands = fc.record({
  blockSizeBytes: fc.constantFrom(1024, 2048, 4096),
  extraBytes: fc.constant(0),
  inodeCount: fc.oneof(fc.integer({ min: 11, max: 200 }), fc.integer({ min: 11, max: 300_000 })),
  contentBlockCount: fc.oneof(
    fc.integer({ min: 2, max: 1000 }),
    fc.integer({ min: 2, max: 200_000 }),
    fc.integer({ min: 2, max: 80_000_000 }),
  ),
});

function freeBlocks(geometry: Geometry, demand: Demand): number {
  return geometry.blockCount - geometry.contentsBlock - demand.contentBlockCount;
}

/** What the kernel insists on when it mounts (fs/ext4/super.c). */
function expectMountable(geometry: Geometry, demand: Demand): void {
  const { blockSizeBytes, blocksPerGroup, groupCount, inodesPerGroup } = geometry;
  expect(blocksPerGroup % 8).toBe(0);
  expect(blocksPerGroup).toBeLessThanOrEqual(blockSizeBytes * 8);
  expect(inodesPerGroup % 8).toBe(0);
  expect(inodesPerGroup).toBeLessThanOrEqual(blockSizeBytes * 8);
  expect(inodesPerGroup).toBe((geometry.inodeTableBlocksPerGroup * blockSizeBytes) / 256);
  expect(groupCount * inodesPerGroup).toBeGreaterThanOrEqual(demand.inodeCount);
  const blocksInGroups = geometry.blockCount - geometry.firstDataBlock;
  expect(groupCount).toBe(Math.ceil(blocksInGroups / blocksPerGroup));
  expect(geometry.descriptorBlockCount * blockSizeBytes).toBeGreaterThanOrEqual(groupCount * 64);
  expect(freeBlocks(geometry, demand)).toBeGreaterThanOrEqual(0);
}

describe('the smallest file system', () => {
  it('can be mounted and has at most 8 free blocks per group', () => {
    fc.assert(
      fc.property(demands, (demand) => {
        const geometry = planGeometry(demand);
        expectMountable(geometry, demand);
        // One more group may have to begin than the blocks call for.
        expect(freeBlocks(geometry, demand)).toBeLessThanOrEqual(geometry.groupCount * 8);
      }),
      { numRuns: 500 },
    );
  });

  it('has no free block for a single model of any size', () => {
    for (let contentBlockCount = 2; contentBlockCount < 300_000; contentBlockCount += 97) {
      const demand = { blockSizeBytes: 4096, extraBytes: 0, inodeCount: 12, contentBlockCount };
      expect(freeBlocks(planGeometry(demand), demand)).toBe(0);
    }
  });

  it('has a further group only when its blocks need one', () => {
    const demand = {
      blockSizeBytes: 4096,
      extraBytes: 0,
      inodeCount: 12,
      contentBlockCount: 32_768 - 5,
    };
    expect(planGeometry(demand)).toMatchObject({ groupCount: 1, blockCount: 32_768 });
    const more = { ...demand, contentBlockCount: demand.contentBlockCount + 1 };
    expect(planGeometry(more)).toMatchObject({ groupCount: 2, blockCount: 32_772 });
  });

  it('has smaller groups when its inodes need more groups than its blocks', () => {
    const demand = {
      blockSizeBytes: 4096,
      extraBytes: 0,
      inodeCount: 70_000,
      contentBlockCount: 10,
    };
    const geometry = planGeometry(demand);
    expect(geometry.groupCount).toBe(3);
    expect(geometry.blockCount).toBeLessThan(5000);
  });
});

describe('free space', () => {
  it('is added as requested, with inode tables for it', () => {
    fc.assert(
      fc.property(demands, fc.integer({ min: 1, max: 2 ** 34 }), (demand, extraBytes) => {
        const smallest = planGeometry(demand);
        const geometry = planGeometry({ ...demand, extraBytes });
        expectMountable(geometry, demand);
        const added = geometry.blockCount - smallest.blockCount;
        const asked = Math.ceil(extraBytes / demand.blockSizeBytes);
        expect(added).toBeGreaterThanOrEqual(asked);
        expect(added).toBeLessThanOrEqual(asked + 2 + geometry.inodeTableBlocksPerGroup + 64);
      }),
      { numRuns: 300 },
    );
  });

  it('fills a given size to within one group', () => {
    fc.assert(
      fc.property(demands, fc.integer({ min: 0, max: 2 ** 34 }), (demand, more) => {
        const sizeBytes = planGeometry(demand).blockCount * demand.blockSizeBytes + more;
        const geometry = planGeometry({ ...demand, sizeBytes });
        expectMountable(geometry, demand);
        const unused = Math.floor(sizeBytes / demand.blockSizeBytes) - geometry.blockCount;
        expect(unused).toBeGreaterThanOrEqual(0);
        expect(unused).toBeLessThan(geometry.blocksPerGroup);
      }),
      { numRuns: 300 },
    );
  });

  it('has an inode for every 16 KiB', () => {
    const demand = { blockSizeBytes: 4096, extraBytes: 0, inodeCount: 12, contentBlockCount: 10 };
    const { groupCount, inodesPerGroup } = planGeometry({ ...demand, extraBytes: 2 ** 30 });
    expect(groupCount * inodesPerGroup).toBeGreaterThan(60_000);
    expect(groupCount * inodesPerGroup).toBeLessThan(70_000);
  });

  it('is refused when the given size is too small', () => {
    const demand = { blockSizeBytes: 4096, extraBytes: 0, inodeCount: 12, contentBlockCount: 10 };
    const sizeBytes = planGeometry(demand).blockCount * 4096;
    expect(planGeometry({ ...demand, sizeBytes }).blockCount * 4096).toBe(sizeBytes);
    expect(() => planGeometry({ ...demand, sizeBytes: sizeBytes - 1 })).toThrow(
      expect.objectContaining({ code: 'ZOSIA_EXT4_IMAGE_TOO_SMALL' }),
    );
  });
});

it('planGeometry rejects more descriptors than the first group can hold', () => {
  expect(() =>
    planGeometry({
      blockSizeBytes: 1024,
      extraBytes: 0,
      inodeCount: 12,
      contentBlockCount: 2 ** 31,
    }),
  ).toThrow(expect.objectContaining({ code: 'ZOSIA_EXT4_IMAGE_TOO_LARGE' }));
});
