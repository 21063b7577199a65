import { execFile } from 'node:child_process';
import { lstat, mkdir, readFile, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { planCpio } from '../../src/formats/cpio/writer.js';
import type { CpioEntry } from '../../src/formats/cpio/writer.js';
import { imageBytes as imagePieces } from '../../src/host/chunks.js';
import { gzip } from '../../src/formats/compression/gzip.js';
import { writeOutput } from '../../src/host/output-file.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { SAMPLE } from '../formats/cpio/entries.js';
import { GNU_CPIO, describeWithPrograms } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();
const run = promisify(execFile);
const UTF8 = { env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' } };

/** Every name the sample's archive has, as other programs spell them. */
const NAMES = [
  'dev',
  'dev/console',
  'dev/vda',
  'etc',
  'etc/empty',
  'etc/größe 模型',
  'init',
  'lib',
  'run',
  'run/pipe',
  'run/socket',
  'usr',
  'usr/bin',
  'usr/bin/also',
  'usr/bin/tool',
  'usr/bin/zest',
  'usr/lib',
];

async function archive(entries: readonly CpioEntry[] = SAMPLE): Promise<string> {
  const path = folder.file('archive.cpio');
  await writeRaw(planCpio(entries), path);
  return path;
}

/** Runs a shell-free `cpio` on an archive given as standard input. */
async function cpio(args: readonly string[], path: string, cwd = folder.path): Promise<string> {
  const child = run('cpio', ['--quiet', ...args], { ...UTF8, cwd });
  child.child.stdin!.end(await readFile(path));
  return (await child).stdout;
}

describeWithPrograms([GNU_CPIO], 'GNU cpio', () => {
  it('lists the same names in the same order', async () => {
    const listing = await cpio(['-t'], await archive());
    expect(listing.trimEnd().split('\n')).toEqual(NAMES);
  });

  it('lists the planned modes, link counts, device numbers, times and targets', async () => {
    const lines = (await cpio(['-tv', '--numeric-uid-gid'], await archive()))
      .trimEnd()
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' '));
    expect(lines).toEqual(
      expect.arrayContaining([
        'crw------- 1 0 0 5, 1 Jan 1 1970 dev/console',
        'brw-rw---- 1 0 6 254, 0 Jan 1 1970 dev/vda',
        'lrwxrwxrwx 1 0 0 7 Jan 1 1970 lib -> usr/lib',
        '-rwxr-xr-x 1 0 0 10 Jan 1 1970 init',
        '-rwxr-xr-x 3 0 0 0 Jan 1 1970 usr/bin/also',
        '-rwxr-xr-x 3 0 0 21 Jan 1 1970 usr/bin/zest',
        'drwx------ 2 0 0 0 Nov 14 2023 usr/lib',
        'prw------- 1 0 0 0 Jan 1 1970 run/pipe',
      ]),
    );
  });

  it('unpacks the same files, and hard links to one inode', async () => {
    const target = folder.file('unpacked');
    await mkdir(target);
    // Devices need root; sockets cannot be unpacked. The listing above has shown both.
    const unprivileged = SAMPLE.filter(
      ({ type }) => !type.endsWith('-device') && type !== 'socket',
    );
    await cpio(['-i', '-m'], await archive(unprivileged), target);

    expect(await readFile(join(target, 'etc/größe 模型'), 'utf8')).toBe(
      'names are measured in bytes',
    );
    expect(await readlink(join(target, 'lib'))).toBe('usr/lib');
    expect((await lstat(join(target, 'run/pipe'))).isFIFO()).toBe(true);
    expect((await lstat(join(target, 'usr/lib'))).mtimeMs).toBe(1_700_000_000_000);
    const names = ['also', 'tool', 'zest'].map((name) => join(target, 'usr/bin', name));
    const stats = await Promise.all(names.map((name) => lstat(name)));
    expect(new Set(stats.map(({ ino }) => ino)).size).toBe(1);
    expect(stats.map(({ nlink, mode }) => [nlink, mode & 0o777])).toEqual(
      names.map(() => [3, 0o755]),
    );
    for (const name of names) expect(await readFile(name, 'utf8')).toBe('one file, three names');
    expect((await readdir(target)).sort()).toEqual(['etc', 'init', 'lib', 'run', 'usr']);
  });
});

describeWithPrograms(['bsdtar'], 'bsdtar', () => {
  it('lists the same names in a plain and in a gzipped archive', async () => {
    const plain = await archive();
    const packed = folder.file('archive.cpio.gz');
    await writeOutput(packed, await gzip(imagePieces(planCpio(SAMPLE))));
    for (const path of [plain, packed]) {
      const { stdout } = await run('bsdtar', ['-tf', path], UTF8);
      expect(stdout.trimEnd().split('\n')).toEqual(NAMES);
    }
  });

  it('reads the same bytes', async () => {
    const { stdout } = await run('bsdtar', ['-xOf', await archive(), 'etc/größe 模型'], UTF8);
    expect(stdout).toBe('names are measured in bytes');
  });
});
