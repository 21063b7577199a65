import { describe, expect, it } from 'vitest';
import { everything } from '../../formats/ext4/reader/images.js';
import { planExt4 } from '../../../src/formats/ext4/plan.js';
import { openPlan } from '../../../src/host/image-reader.js';
import type { Image } from '../../../src/image/image.js';
import { mapExt4 } from '../../../src/inspect/ext4/map.js';
import { openExt4Volume } from '../../../src/inspect/ext4/volume.js';
import type { Region } from '../../../src/inspect/regions.js';

async function mapOf(image: Image): Promise<{ map: Region[]; freeBytes: number }> {
  const volume = await openExt4Volume(openPlan(image));
  const { freeBlockCount, blockSizeBytes } = volume.superblock;
  return { map: await mapExt4(volume), freeBytes: freeBlockCount * blockSizeBytes };
}

describe('mapExt4', () => {
  it.each([
    ['1 KiB blocks', { blockSizeBytes: 1024 }],
    ['4 KiB blocks', { blockSizeBytes: 4096 }],
    ['free space', { blockSizeBytes: 1024, extraBytes: 40 << 20 }],
    ['a journal', { blockSizeBytes: 1024, extraBytes: 40 << 20, journal: true }],
  ] as const)('covers every byte once, and reports all free bytes: %s', async (_n, options) => {
    const image = planExt4(everything(), { label: 'MAP', ...options });
    const { map, freeBytes } = await mapOf(image);
    let end = 0;
    for (const { offset, length } of map) {
      expect(offset).toBe(end);
      expect(length).toBeGreaterThan(0);
      end += length;
    }
    expect(end).toBe(image.sizeBytes);
    const free = map.filter(({ what }) => what === 'free');
    expect(free.reduce((sum, { length }) => sum + length, 0)).toBe(freeBytes);
  });

  it('returns the places of the planned files and structures', async () => {
    const image = planExt4(everything(), { label: 'MAP', blockSizeBytes: 1024 });
    const { map } = await mapOf(image);
    const small = image.segments.find(({ label }) => label === '/small')!;
    expect(map).toContainEqual({
      offset: small.offset,
      length: 1024,
      what: 'file',
      path: '/small',
      file: { offset: 0, sizeBytes: small.length },
    });
    const kinds = new Set(map.map(({ what }) => what));
    expect([...kinds].sort()).toEqual(
      [
        'attributes',
        'block bitmaps',
        'boot area',
        'descriptors',
        'directory',
        'file',
        'file block map',
        'inode bitmaps',
        'inode tables',
        'superblock',
        'symlink',
      ].sort(),
    );
  });
});
