import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { directoryHash } from '../../../src/formats/ext4/dirhash.js';
import { bytesData, planExt4 } from '../../../src/formats/ext4/plan.js';
import type { Ext4Entry, Ext4Options } from '../../../src/formats/ext4/plan.js';
import { openPlan } from '../../../src/host/image-reader.js';
import { writeRaw } from '../../../src/host/raw-writer.js';
import { alternatingData, names } from '../../formats/ext4/layouts.js';
import { temporaryFolder } from '../../support/temporary.js';
import { debugfs, describeWithE2fsprogs, e2fsck } from './programs.js';

const FILE: Ext4Entry = { type: 'file', path: '/file', data: bytesData(Buffer.from('x')) };

describeWithE2fsprogs('e2fsck and debugfs on extreme images', () => {
  const folder = temporaryFolder();

  async function check(entries: Ext4Entry[], options: Partial<Ext4Options> = {}): Promise<string> {
    const disk = folder.file('disk.img');
    await writeRaw(planExt4(entries, { label: 'EXTREME', ...options }), disk);
    expect(e2fsck(disk)).toMatchObject({ status: 0 });
    return disk;
  }

  it.each([
    [4096, 'entry'],
    [1024, 'entry with a somewhat longer näme '],
  ] as const)('read 70,000 directory entries in blocks of %d', async (blockSizeBytes, prefix) => {
    const disk = await check(names(70_000, prefix), { blockSizeBytes });
    const answer = debugfs(disk, ['htree_dump /directory', `stat "/directory/${prefix}69999"`]);
    expect(answer).toMatch(/Indirect levels: 1|Number of entries \(count\)/);
    expect(answer).toContain('Type: FIFO');
    // debugfs lists the unused entry of each inner node as inode 0.
    const lines = debugfs(disk, ['ls -p /directory']).match(/^\/[1-9].*\/$/gm);
    expect(lines).toHaveLength(70_002);
  });

  it('read a directory that is too large for an index, without one', async () => {
    const disk = await check(names(48_000, 'x'.repeat(240)), { blockSizeBytes: 1024 });
    expect(debugfs(disk, ['stat /directory'])).toMatch(/Flags: 0x80000$/m);
  });

  it('read 65,001 subdirectories, which have a link count of 1', async () => {
    const entries = Array.from({ length: 65_001 }, (_, i): Ext4Entry => ({
      type: 'directory',
      path: `/many/${i}`,
    }));
    const disk = await check(entries, { blockSizeBytes: 1024 });
    expect(debugfs(disk, ['stat /many'])).toMatch(/^Links: 1 /m);
  });

  it('read 64,998 subdirectories, which have a link count of 65,000', async () => {
    const entries = Array.from({ length: 64_998 }, (_, i): Ext4Entry => ({
      type: 'directory',
      path: `/many/${i}`,
    }));
    const disk = await check(entries, { blockSizeBytes: 1024 });
    expect(debugfs(disk, ['stat /many'])).toMatch(/^Links: 65000 /m);
  });

  it('read 65,000 hard links to a file', async () => {
    const links = Array.from({ length: 64_999 }, (_, i): Ext4Entry => ({
      type: 'hardlink',
      path: `/links/${i}`,
      target: '/file',
    }));
    const disk = await check([FILE, ...links]);
    expect(debugfs(disk, ['stat /file'])).toMatch(/^Links: 65000 /m);
  });

  it('accept a path of 1000 directories', async () => {
    await check([{ ...FILE, path: `${'/d'.repeat(1000)}/file` }]);
  });

  it.each([
    ['29,000 extents, three levels', 29_000, 1024, {}, 3],
    ['128 extents, two a node, five levels', 128, 4096, { extentsPerNode: 2 }, 5],
  ] as const)('read a file of %s', async (_name, count, blockSizeBytes, options, depth) => {
    const data = alternatingData(count, blockSizeBytes);
    const disk = await check([{ type: 'file', path: '/f', data }], { blockSizeBytes, ...options });
    const copy = folder.file('copy');
    const answer = debugfs(disk, [`dump /f "${copy}"`, 'extents /f']);
    expect(answer).toMatch(new RegExp(`^ 0/ ?${depth} `, 'm'));
    const access = openPlan(data);
    const expected = await access.read(0, data.sizeBytes);
    await access.close();
    expect(Buffer.compare(await readFile(copy), expected)).toBe(0);
  });

  it('find names with the same hash on both sides of a border between leaves', async () => {
    // In blocks of 1 KiB a leaf holds 63 names of 5 to 8 bytes: (1024 - 12) / 16.
    const perLeaf = 63;
    const hashSeed = Buffer.alloc(16, 7);
    const pool = Array.from({ length: 200_000 }, (_, i) => {
      const name = `n${String(i).padStart(6, '0')}`;
      return { name, ...directoryHash(name, hashSeed) };
    }).sort((a, b) => a.hash - b.hash);
    const twin = pool.findIndex(({ hash }, i) => i >= 10 * perLeaf && pool[i + 1]?.hash === hash);
    expect(twin).toBeGreaterThan(0);
    // The first of the two becomes the last of the ten leaves before.
    const chosen = pool.slice(twin - 10 * perLeaf + 1, twin + 100);
    const entries = chosen.map(({ name }): Ext4Entry => ({ type: 'fifo', path: `/d/${name}` }));
    const disk = await check(entries, { blockSizeBytes: 1024, hashSeed });
    const dump = debugfs(disk, ['htree_dump /d']);
    const border = (pool[twin]!.hash + 1).toString(16).padStart(8, '0');
    expect(dump).toContain(`Hash 0x${border}`);
    const twins = [pool[twin]!.name, pool[twin + 1]!.name];
    const answer = debugfs(
      disk,
      twins.map((name) => `stat /d/${name}`),
    );
    expect(answer.match(/Type: FIFO/g)).toHaveLength(2);
  });

  it('use a backup superblock and a journal', async () => {
    const disk = await check([FILE], { journal: true, extraBytes: 300_000_000 });
    const answer = debugfs(disk, [
      'open -s 65536 -b 4096 /nowhere',
      'show_super_stats -h',
      'logdump',
    ]);
    expect(answer).toMatch(/has_journal/);
    expect(answer).toMatch(/^Backup block groups: +2/m);
    expect(answer).toMatch(/^Journal backup: +inode blocks$/m);
    expect(answer).toMatch(/Journal starts at block 0, transaction 1/);
  });
});
