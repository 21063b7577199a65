import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fit, layOut } from '../../../../src/formats/fat/writer/geometry.js';
import { FAT_TYPE_FACTS, FAT_TYPES } from '../../../../src/formats/fat/layout/table.js';
import { CLUSTER_SIZES } from '../../../../src/formats/fat/options.js';

const shapes = fc.record({
  type: fc.constantFrom(...FAT_TYPES),
  clusterSizeBytes: fc.constantFrom(...CLUSTER_SIZES),
  rootEntryCount: fc.integer({ min: 1, max: 4095 }).map((count) => count * 16),
});

describe('layOut', () => {
  it('makes each area large enough, and no sector larger', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 300_000 }), (shape, clusterCount) => {
        const laidOut = layOut(shape, clusterCount);
        const { entryBits } = FAT_TYPE_FACTS[shape.type];
        const alignment = Math.max(4096, shape.clusterSizeBytes) / 512;
        const entries = (laidOut.fatSectorCount * 512 * 8) / entryBits;
        expect(entries).toBeGreaterThanOrEqual(clusterCount + 2);
        expect(((laidOut.fatSectorCount - 1) * 512 * 8) / entryBits).toBeLessThan(clusterCount + 2);
        const rootSectors = (laidOut.rootEntryCount * 32) / 512;
        const { reservedSectorCount, fatSectorCount, rootSector, heapSector } = laidOut;
        expect(rootSector).toBe(reservedSectorCount + 2 * fatSectorCount);
        expect(heapSector).toBe(rootSector + rootSectors);
        expect(heapSector % alignment).toBe(0);
        const leastReserved = shape.type === 'FAT32' ? 32 : 1;
        expect(reservedSectorCount).toBeGreaterThanOrEqual(leastReserved);
        expect(reservedSectorCount).toBeLessThan(leastReserved + alignment);
        expect(laidOut.sectorCount - heapSector).toBe(
          clusterCount * (shape.clusterSizeBytes / 512),
        );
      }),
    );
  });
});

describe('fit', () => {
  it('returns the most clusters that fit and that the type allows', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 0, max: 40_000_000 }), (shape, sectorCount) => {
        const fitting = fit(shape, sectorCount);
        const { minClusterCount, maxClusterCount } = FAT_TYPE_FACTS[shape.type];
        if (!fitting) {
          const least = layOut(shape, minClusterCount).sectorCount;
          const most = layOut(shape, maxClusterCount + 1).sectorCount;
          expect(sectorCount < least || sectorCount >= most).toBe(true);
          return;
        }
        const { clusterCount } = fitting;
        expect(clusterCount).toBeGreaterThanOrEqual(minClusterCount);
        expect(clusterCount).toBeLessThanOrEqual(maxClusterCount);
        expect(fitting.sectorCount).toBeLessThanOrEqual(sectorCount);
        if (clusterCount === maxClusterCount) return;
        expect(layOut(shape, clusterCount + 1).sectorCount).toBeGreaterThan(sectorCount);
      }),
    );
  });

  it('fits exactly one type to each size between two types', () => {
    for (const clusterSizeBytes of CLUSTER_SIZES) {
      for (const limit of [4084, 65_524]) {
        const shape = { clusterSizeBytes, rootEntryCount: 512 };
        const from = layOut({ ...shape, type: 'FAT12' }, limit - 2).sectorCount;
        const to = layOut({ ...shape, type: 'FAT32' }, limit + 2).sectorCount;
        const step = Math.max(1, Math.floor((to - from) / 200));
        for (let sectorCount = from; sectorCount <= to; sectorCount += step) {
          const types = FAT_TYPES.filter((type) => fit({ ...shape, type }, sectorCount));
          expect(types, `${sectorCount} sectors`).toHaveLength(1);
        }
      }
    }
  });
});
