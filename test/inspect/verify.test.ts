import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bytesData, planExt4 } from '../../src/formats/ext4/plan.js';
import type { Ext4Entry } from '../../src/formats/ext4/plan.js';
import { accessBytes } from '../../src/image/random-access.js';
import { ext4Tree } from '../../src/inspect/ext4-tree.js';
import { Findings } from '../../src/inspect/findings.js';
import { fitsLibext2fs, withLibext2fs } from '../../src/inspect/libext2fs.js';
import { openImage, openVolume } from '../../src/inspect/open-image.js';
import { NO_LIMITS, USUAL_LIMITS, compareReaders } from '../../src/inspect/second-reader.js';
import type { Comparison, ComparisonLimits } from '../../src/inspect/second-reader.js';
import { verifyImage } from '../../src/inspect/verify.js';
import type { Verification } from '../../src/inspect/verify.js';
import { gptBytes, mbrDisk } from '../formats/gpt/disks.js';
import { zosiaError } from '../support/errors.js';
import { imageBytes } from '../support/images.js';
import { temporaryFolder } from '../support/temporary.js';
import { SMALL_TREE, cpioBytes, ext4, file } from './samples.js';

const folder = temporaryFolder();

async function verify(bytes: Uint8Array): Promise<Verification> {
  await writeFile(folder.file('verify.img'), bytes);
  const image = await openImage(folder.file('verify.img'));
  try {
    return await verifyImage(image);
  } finally {
    await image.close();
  }
}

const bytesOf = async (entries: readonly Ext4Entry[]): Promise<Uint8Array> =>
  (await imageBytes(planExt4(entries, { label: 'X', blockSizeBytes: 1024 }))).slice();

describe('verifying', () => {
  it('finds nothing wrong with what the planner made, and says what was read', async () => {
    expect(await verify(await bytesOf(SMALL_TREE))).toMatchObject({
      problems: [],
      problemCount: 0,
      notes: [],
      structure: { fileCount: 2, symlinkCount: 4, specialFileCount: 3, hasChecksums: true },
      secondReader: { nameCount: 13, attributesCount: 13, wholeFileCount: 3, partFileCount: 0 },
      models: [],
    });
  });

  it('works within a partition, and reports a damaged table', async () => {
    expect(await verify(await imageBytes(mbrDisk([ext4()])))).toMatchObject({ problemCount: 0 });
    const bytes = await imageBytes(ext4());
    const sectors = Math.ceil(bytes.length / 512);
    const disk = gptBytes(sectors + 128, [{ firstSector: 64, lastSector: 63 + sectors }]);
    disk.set(bytes, 64 * 512);
    disk[512 + 60]! ^= 1;
    expect((await verify(disk)).problems).toMatchObject([
      { check: 'partition table', code: 'gpt-primary-header' },
    ]);
  });

  it('reports damage to the structure, and leaves it at that', async () => {
    const bytes = await bytesOf(SMALL_TREE);
    const { superblock } = await openVolume(accessBytes(bytes));
    bytes[superblock.blockSizeBytes * 2 + 0x10]! ^= 1;
    const verification = await verify(bytes);
    expect(verification.problems[0]).toMatchObject({ check: 'structure', where: 'group 0' });
    expect(verification.problemCount).toBeGreaterThan(0);
    expect(verification.notes).toEqual([expect.stringMatching(/structure is damaged/)]);
    expect(verification.secondReader).toBeUndefined();
  });

  it('reports a superblock that nothing can be made of', async () => {
    const bytes = await bytesOf(SMALL_TREE);
    bytes.fill(0xff, 1024 + 0x20, 1024 + 0x30);
    expect(await verify(bytes)).toMatchObject({ structure: undefined });
    expect((await verify(bytes)).problemCount).toBeGreaterThan(0);
  });

  it('reports models that are not whole', async () => {
    const models = [
      file('/model.gguf', 'GGUF\x03\0\0\0'),
      file('/deep/other.GGUF', '<html>Not found</html>'),
      file('/readme.txt', 'no model'),
    ];
    const { problems } = await verify(await bytesOf(models));
    expect(problems).toMatchObject([
      { check: 'model', code: 'model-not-gguf', where: '/deep/other.GGUF' },
      { check: 'model', code: 'model-truncated', where: '/model.gguf' },
    ]);
  });

  it('refuses an initramfs', async () => {
    const archive = await cpioBytes([{ type: 'directory', path: '/a', mode: 0o755 }]);
    await expect(verify(archive)).rejects.toThrow(zosiaError('ZOSIA_VERIFY_UNSUPPORTED'));
    expect(await readFile(folder.file('verify.img'))).toHaveLength(archive.length);
  });
});

describe('the second reader', () => {
  /** What is found when zosia reads `ours` and libext2fs reads `theirs`. */
  async function compare(
    ours: readonly Ext4Entry[],
    theirs: readonly Ext4Entry[],
    limits: ComparisonLimits = USUAL_LIMITS,
  ): Promise<{ found: string[]; comparison: Comparison }> {
    const findings = new Findings();
    const tree = ext4Tree(await openVolume(accessBytes(await bytesOf(ours))));
    const comparison = await withLibext2fs(accessBytes(await bytesOf(theirs)), (other) =>
      compareReaders(tree, other, findings, limits),
    );
    return { found: findings.described.map(({ code, where }) => `${code} ${where}`), comparison };
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
      ['second-reader-names /', 'second-reader-names /', 'second-reader-unreadable /f'],
    ],
    [
      'a target',
      { type: 'symlink', path: '/f', target: 'one' },
      { type: 'symlink', path: '/f', target: 'two' },
      ['second-reader-target /f'],
    ],
  ])('tells when %s differs', async (_what, ours, theirs, expected) => {
    expect((await compare([ours], [theirs])).found).toEqual(expected);
  });

  it('compares what the limits allow, and counts the rest', async () => {
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
    const few = await compare(many, others, { ...NO_LIMITS, filesPerDirectory: 2 });
    expect(few.found).toEqual(['second-reader-mode /many/1']);
    expect(few.comparison).toMatchObject({ partFileCount: 3 });
  });

  it('is not asked when its memory does not suffice', async () => {
    const { superblock } = await openVolume(accessBytes(await bytesOf([])));
    expect(fitsLibext2fs(superblock)).toBe(true);
    // 300 GiB in blocks of 4 KiB ended it; see the comment there.
    const large = { ...superblock, blockCount: 78_643_200, inodeCount: 19_660_800 };
    expect(fitsLibext2fs(large)).toBe(false);
    const usual = { ...superblock, blockCount: 26_214_400, inodeCount: 6_553_600 };
    expect(fitsLibext2fs(usual)).toBe(true);
  });
});
