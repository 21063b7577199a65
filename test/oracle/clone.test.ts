import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, statfs, truncate, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestFile, digestImage } from '../../src/host/digest.js';
import { bytesSegment, makeImage } from '../../src/image/image.js';
import { writeRaw } from '../../src/host/raw-writer.js';
import { hasProgram } from '../support/programs.js';
import { temporaryFolder } from '../support/temporary.js';
import { skipWhere } from '../support/skipping.js';

const run = promisify(execFile);
const MIB = 2 ** 20;
const canMount = process.getuid?.() === 0 && existsSync('/dev/loop-control');

describe.each([
  { type: 'btrfs', sizeMiB: 256 },
  { type: 'xfs', sizeMiB: 512 },
])('writeRaw on $type', ({ type, sizeMiB }) => {
  const folder = temporaryFolder();
  const isPossible = canMount && hasProgram(`mkfs.${type}`);
  let mounted = '';

  beforeAll(async () => {
    if (!isPossible) return;
    const disk = folder.file('disk');
    await writeFile(disk, '');
    await truncate(disk, sizeMiB * MIB);
    await run(`mkfs.${type}`, ['-q', disk]);
    await mkdir(folder.file('mounted'));
    await run('mount', ['-o', 'loop', disk, folder.file('mounted')]);
    mounted = folder.file('mounted');
  });

  afterAll(async () => {
    if (mounted !== '') await run('umount', [mounted]);
  });

  const needs = `only root with loop devices and mkfs.${type} may make a file system`;
  it(
    'shares the data of a file segment that keeps its offset',
    skipWhere(!isPossible, needs),
    async () => {
      const path = `${mounted}/base`;
      const sizeBytes = 40 * MIB;
      const base = await open(path, 'wx');
      await base.write(randomBytes(sizeBytes));
      await base.sync();
      await base.close();
      const image = makeImage(sizeBytes + 5000, [
        bytesSegment(0, new Uint8Array(4096).fill(3)),
        { offset: 4096, length: sizeBytes - 4096, source: { kind: 'file', path, offset: 4096 } },
        bytesSegment(sizeBytes + 10, Uint8Array.of(1)),
      ]);
      const freeBefore = await freeBytes(mounted);
      await writeRaw(image, `${mounted}/out`);
      expect(freeBefore - (await freeBytes(mounted))).toBeLessThan(8 * MIB);
      expect(await digestFile(`${mounted}/out`, image.sizeBytes)).toBe(await digestImage(image));
    },
  );
});

async function freeBytes(folder: string): Promise<number> {
  await run('sync', ['-f', folder]);
  const { bfree, bsize } = await statfs(folder);
  return bfree * bsize;
}
