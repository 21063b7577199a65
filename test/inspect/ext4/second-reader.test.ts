import { describe, expect, it } from 'vitest';
import { bytesData, planExt4 } from '../../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../../src/formats/ext4/plan.js';
import { accessBytes } from '../../../src/image/random-access.js';
import { fitsLibext2fs, withLibext2fs } from '../../../src/inspect/ext4/libext2fs.js';
import { NO_LIMITS, USUAL_LIMITS } from '../../../src/inspect/ext4/comparison.js';
import type { Comparison, ComparisonLimits } from '../../../src/inspect/ext4/comparison.js';
import { compareReaders } from '../../../src/inspect/ext4/second-reader.js';
import { ext4Tree } from '../../../src/inspect/ext4/tree.js';
import { openExt4Volume } from '../../../src/inspect/ext4/volume.js';
import { Findings } from '../../../src/formats/findings.js';
import { imageBytes } from '../../support/images.js';
import { file } from '../samples.js';

const bytesOf = async (entries: readonly Ext4Entry[]): Promise<Uint8Array> =>
  (await imageBytes(planExt4(entries, { label: 'X', blockSizeBytes: 1024 }))).slice();

describe('the second reader', () => {
  /** What is found when zosia reads `ours` and libext2fs reads `theirs`. */
  async function compare(
    ours: readonly Ext4Entry[],
    theirs: readonly Ext4Entry[],
    limits: ComparisonLimits = USUAL_LIMITS,
  ): Promise<{ found: string[]; comparison: Comparison }> {
    const findings = new Findings();
    const tree = ext4Tree(await openExt4Volume(accessBytes(await bytesOf(ours))));
    const comparison = await withLibext2fs(accessBytes(await bytesOf(theirs)), (other) =>
      compareReaders(tree, other, findings, { limits }),
    );
    return { found: findings.problems.map(({ code, where }) => `${code} ${where}`), comparison };
  }

  const long = Buffer.alloc(600_000, 'zosia ');
  const data = (bytes: Uint8Array): Ext4Entry => ({
    type: 'file',
    path: '/f',
    data: bytesData(bytes),
  });
  const changedAt = (at: number): Ext4Entry => {
    const bytes = Buffer.from(long);
    bytes[at]! ^= 1;
    return data(bytes);
  };

  it.each<[string, Ext4Entry, Ext4Entry, string[]]>([
    ['nothing', data(long), data(long), []],
    ['the first byte', data(long), changedAt(0), ['second-reader-content /f']],
    ['the last byte', data(long), changedAt(599_999), ['second-reader-content /f']],
    ['the size', data(long), data(long.subarray(1)), ['second-reader-size /f']],
    ['the mode', file('/f', 'x', 0o644), file('/f', 'x', 0o645), ['second-reader-mode /f']],
    ['the type', file('/f', ''), { type: 'fifo', path: '/f' }, ['second-reader-mode /f']],
    [
      'a name',
      file('/f', 'x'),
      file('/g', 'x'),
      ['second-reader-names /', 'second-reader-names /'],
    ],
    [
      'a target',
      { type: 'symlink', path: '/f', target: 'one' },
      { type: 'symlink', path: '/f', target: 'two' },
      ['second-reader-target /f'],
    ],
  ])('reports what differs: %s', async (_what, ours, theirs, expected) => {
    expect((await compare([ours], [theirs])).found).toEqual(expected);
  });

  it('compares what the limits allow, and counts files that are compared in part', async () => {
    const late = changedAt(599_999);
    const bounded = { ...NO_LIMITS, bytesPerFile: 300_000 };
    const part = await compare([data(long)], [late], bounded);
    expect(part.found).toEqual([]);
    expect(part.comparison).toMatchObject({ partFileCount: 1, comparedBytes: 300_000 });
    const inAll = await compare([data(long)], [late], { ...NO_LIMITS, bytesInAll: 1000 });
    expect(inAll.comparison).toMatchObject({ partFileCount: 1, comparedBytes: 1000 });
    expect((await compare([data(long)], [late], NO_LIMITS)).found).toHaveLength(1);

    const many = Array.from({ length: 5 }, (_, i) => file(`/many/${i}`, 'x', 0o600 + i));
    const others = many.map((entry) => ({ ...entry, mode: 0o600 }));
    // The root twice, for /lost+found and /many, and /many twice; the order is that of a walk.
    const searchedBytes = 4 * 1024;
    const few = await compare(many, others, { ...NO_LIMITS, searchedBytes });
    expect(few.found).toEqual(['second-reader-mode /many/1']);
    expect(few.comparison).toMatchObject({ partFileCount: 3 });
  });

  it('is not used for a file system that is too large for its memory', async () => {
    const { superblock } = await openExt4Volume(accessBytes(await bytesOf([])));
    expect(fitsLibext2fs(superblock)).toBe(true);
    // 300 GiB in blocks of 4 KiB ended it; see the comment there.
    const large = { ...superblock, blockCount: 78_643_200, inodeCount: 19_660_800 };
    expect(fitsLibext2fs(large)).toBe(false);
    const usual = { ...superblock, blockCount: 26_214_400, inodeCount: 6_553_600 };
    expect(fitsLibext2fs(usual)).toBe(true);
  });
});
