import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { makeImage } from '../../src/image/image.js';
import type { Image } from '../../src/image/image.js';
import { openVmdk } from '../../src/inspect/vmdk-disk.js';
import { accessFile } from '../../src/host/access-file.js';
import { withPrivateDisk } from '../../src/recipes/private-disk.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

/** A sector of bytes, and then one of a file of the host. */
const diskOf = (path: string, head: string): Image =>
  makeImage(1024, [
    { offset: 0, length: 512, source: { kind: 'bytes', bytes: Buffer.alloc(512, head) } },
    { offset: 512, length: 512, source: { kind: 'file', path, offset: 0 } },
  ]);

async function contentsOf(path: string): Promise<string> {
  const file = await accessFile(path);
  try {
    const { disk } = await openVmdk(file, path, { allowOutside: true });
    try {
      return Buffer.from(await disk.read(0, disk.sizeBytes)).toString('latin1');
    } finally {
      await disk.close();
    }
  } finally {
    await file.close();
  }
}

describe('withPrivateDisk', () => {
  it('provides a disk of its own to each of two runs, and deletes both afterwards', async () => {
    await writeFile(folder.file('model'), 'm'.repeat(512));
    const disks: string[] = [];
    const lend = (head: string, use: () => Promise<void>): Promise<void> =>
      withPrivateDisk(diskOf(folder.file('model'), head), async ({ path, format }) => {
        disks.push(path);
        expect(format).toBe('vmdk');
        await use();
        expect(await contentsOf(path)).toBe(head.repeat(512) + 'm'.repeat(512));
        expect((await readFile(path, 'utf8')).length).toBeLessThan(1024);
      });
    await lend('a', () => lend('b', () => Promise.resolve()));
    expect(new Set(disks).size).toBe(2);
    expect(disks.filter((path) => existsSync(path))).toEqual([]);
  });

  it('deletes the disk when its use fails', async () => {
    await writeFile(folder.file('model'), 'm'.repeat(512));
    let lent = '';
    const failing = withPrivateDisk(diskOf(folder.file('model'), 'a'), ({ path }) => {
      lent = path;
      return Promise.reject(new Error('used up'));
    });
    await expect(failing).rejects.toThrow('used up');
    expect(lent).not.toBe('');
    expect(existsSync(lent)).toBe(false);
  });
});
