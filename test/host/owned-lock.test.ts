import { readFile, readdir, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tryLock } from '../../src/host/owned-lock.js';
import { hostProcesses } from '../../src/host/process-owner.js';
import { temporaryFolder } from '../artifacts/samples.js';

const HERE = hostProcesses();
/** A process that has ended: no process of this number has that start. */
const DEAD = `${process.pid} 1 ${HERE.place} 0123abcd\n`;
const FOREIGN = `12 34 zzzzzzzz 4567abcd\n`;

const lockIn = async (): Promise<string> => join(await temporaryFolder(), 'file.lock');
const namesBeside = (path: string): Promise<string[]> => readdir(dirname(path));

describe('tryLock', () => {
  it('gives a lock to one at a time, and leaves nothing', async () => {
    const path = await lockIn();
    const lock = await tryLock(path);
    expect(await lock?.isOwn()).toBe(true);
    expect(await tryLock(path)).toBeUndefined();
    await lock?.release();
    expect(await namesBeside(path)).toEqual([]);
    const next = await tryLock(path);
    expect(next).toBeDefined();
    await next?.release();
  });

  it('gives the lock of a dead process to one of many', async () => {
    for (let round = 0; round < 20; round++) {
      const path = await lockIn();
      await writeFile(path, DEAD);
      const locks = await Promise.all(Array.from({ length: 8 }, () => tryLock(path)));
      const held = locks.filter((lock) => lock !== undefined);
      expect(held).toHaveLength(1);
      expect(await held[0]!.isOwn()).toBe(true);
      await held[0]!.release();
      expect(await namesBeside(path)).toEqual([]);
    }
  });

  it('goes on where a process died while it replaced the lock of a dead one', async () => {
    const path = await lockIn();
    await writeFile(path, DEAD);
    await writeFile(`${path}.0123abcd`, DEAD.replace('0123abcd', '89abcdef'));
    const lock = await tryLock(path);
    expect(await lock?.isOwn()).toBe(true);
    expect(await namesBeside(path)).toEqual(['file.lock']);
    await lock?.release();
  });

  it('waits for the owner that it cannot look for, until that shows no sign of life', async () => {
    const path = await lockIn();
    await writeFile(path, FOREIGN);
    expect(await tryLock(path)).toBeUndefined();
    const longAgo = new Date(Date.now() - 11 * 60_000);
    await utimes(path, longAgo, longAgo);
    const lock = await tryLock(path);
    expect(lock).toBeDefined();
    await lock?.release();
  });

  it('takes a lock without an owner for one that is being written, for a while', async () => {
    const path = await lockIn();
    await writeFile(path, '');
    expect(await tryLock(path)).toBeUndefined();
    const before = new Date(Date.now() - 11_000);
    await utimes(path, before, before);
    const lock = await tryLock(path);
    expect(lock).toBeDefined();
    // Another may have taken it for abandoned: then it is that one's.
    await writeFile(path, FOREIGN);
    expect(await lock?.isOwn()).toBe(false);
    await lock?.release();
    expect(await readFile(path, 'utf8')).toBe(FOREIGN);
  });
});
