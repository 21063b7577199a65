import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { beforeAll, expect, it } from 'vitest';
import { openImage } from '../../../src/inspect/open-image.js';
import { verifyImage } from '../../../src/inspect/verify.js';
import { temporaryFolder } from '../../support/temporary.js';
import { debugfs, describeWithE2fsprogs, e2fsck } from '../ext4/programs.js';
import { makeEmpty, mustRun, patternBytes } from '../ext4-reader/mke2fs.js';

const SMALL = 2 * 1024;

describeWithE2fsprogs('verifyImage of rare features', () => {
  const folder = temporaryFolder();
  let disk: string;
  let contents: string;

  beforeAll(async () => {
    disk = folder.file('disk.img');
    contents = folder.file('contents');
    await writeFile(folder.file('two blocks'), patternBytes(2048));
    await writeFile(folder.file('three blocks'), patternBytes(3000));
    await mkdir(contents);
    await writeFile(folder.file('contents/f'), 'hello');
  });

  const change = (...commands: readonly string[]): string =>
    mustRun('debugfs', ['-w', '-f', '-', disk], { input: `${commands.join('\n')}\n` });

  /** The problems' codes and places, and the notes. */
  async function verify(): Promise<{ problems: string[]; notes: readonly string[] }> {
    const image = await openImage(disk);
    try {
      const { problems, notes } = await verifyImage(image);
      return { problems: problems.map(({ code, where }) => `${code} ${where}`), notes };
    } finally {
      await image.close();
    }
  }

  it('accepts a block that begins where the file ends, but none after that', async () => {
    await makeEmpty(disk, ['-t', 'ext2', '-b', '1024'], SMALL);
    change(`write "${folder.file('two blocks')}" two`, 'sif two size 1024');
    expect(e2fsck(disk).status).toBe(0);
    expect((await verify()).problems).toEqual([]);
    change('sif two size 1023');
    expect((await verify()).problems).toEqual(['inode-size inode 12']);
    expect(e2fsck(disk).status).not.toBe(0);
  });

  it('accepts files that share blocks only with shared_blocks', async () => {
    await makeEmpty(disk, ['-t', 'ext2', '-b', '1024'], SMALL);
    await writeFile(folder.file('empty'), '');
    change(`write "${folder.file('three blocks')}" a`, `write "${folder.file('empty')}" b`);
    const blocks = debugfs(disk, ['blocks a'])
      .match(/\b\d+\b(?=[\d ]*$)/gm)!
      .slice(-3);
    change(
      ...['sif b size 3000', 'sif b blocks 6'],
      ...blocks.map((block, index) => `sif b block[${index}] ${block}`),
    );
    expect(e2fsck(disk).status).not.toBe(0);
    expect((await verify()).problems).toEqual([
      expect.stringMatching(/^block-shared blocks \d+ to \d+$/),
    ]);
    change('feature shared_blocks');
    expect(e2fsck(disk).status).toBe(0);
    expect((await verify()).problems).toEqual([]);
  });

  it.each([
    ['mmp', ['-O', 'mmp']],
    ['verity', ['-O', 'verity']],
    ['blocks of 64 KiB', ['-b', '65536']],
  ])('notes that the second reader cannot open it: %s', async (_name, options) => {
    const size = options.includes('65536') ? 64 * 1024 : 8 * 1024;
    await makeEmpty(disk, ['-t', 'ext4', ...options, '-d', contents], size);
    const { problems, notes } = await verify();
    expect(problems).toEqual([]);
    expect(notes).toEqual([expect.stringMatching(/^the second reader cannot open it \(/)]);
  });

  it('notes a journal on another device', async () => {
    await makeEmpty(disk, ['-t', 'ext4', '-O', '^has_journal', '-d', contents], SMALL);
    change('feature has_journal', 'ssv journal_uuid 01234567-89ab-cdef-0123-456789abcdef');
    const { problems, notes } = await verify();
    expect(problems).toEqual([]);
    expect(notes).toContain('its journal lies on another device, and was not checked');
  });

  it('accepts quota files, which are in no directory', async () => {
    await makeEmpty(disk, ['-t', 'ext4', '-O', 'quota,project'], 8 * 1024);
    expect(e2fsck(disk).status).toBe(0);
    expect((await verify()).problems).toEqual([]);
  });

  it('notes symlinks in inodes that the second reader misreads, and reports no problem', async () => {
    const links = folder.file('links');
    await mkdir(links);
    for (const length of [59, 60, 61, 80]) {
      await symlink('y'.repeat(length), folder.file(`links/l${length}`));
    }
    const options = ['-t', 'ext4', '-O', 'inline_data,^has_journal', '-b', '1024', '-d', links];
    await makeEmpty(disk, options, SMALL);
    expect(e2fsck(disk).status).toBe(0);
    const { problems, notes } = await verify();
    expect(problems).toEqual([]);
    expect(notes).toContainEqual(expect.stringMatching(/60 bytes/));
  });
});
