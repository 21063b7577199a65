import { chmod, mkdir, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ProcessTable } from '../../src/host/process-owner.js';
import {
  claimTemporary,
  releaseTemporary,
  removeAbandoned,
  withTemporaryFolder,
} from '../../src/host/temporary.js';
import { temporaryFolder } from '../support/temporary.js';

const HERE = 'aaaaaaaa';
const ELSEWHERE = 'bbbbbbbb';
const DAY_MS = 24 * 60 * 60 * 1000;

const folder = temporaryFolder();

/** Processes of which only number 100, started at 5, runs. */
const processes: ProcessTable = {
  place: HERE,
  ownStart: '1',
  isRunning: (pid, start) => pid === 100 && start === '5',
};

async function folderWith(name: string, ...names: readonly string[]): Promise<string> {
  const path = folder.file(name);
  await mkdir(path);
  for (const each of names) await writeFile(join(path, each), 'left behind');
  return path;
}

describe('removeAbandoned', () => {
  it('removes the files of ended processes and keeps those of running ones', async () => {
    const living = [`.zosia-100-5-${HERE}-1.tmp`, `zosia-100-5-${HERE}-AbC123`];
    const path = await folderWith('mixed', `.zosia-7-5-${HERE}-1.tmp`, ...living);
    await mkdir(join(path, `zosia-8-5-${HERE}-AbC123`, 'below'), { recursive: true });
    await writeFile(join(path, `zosia-8-5-${HERE}-AbC123`, 'below', 'initrd'), '');
    await removeAbandoned(path, processes);
    expect((await readdir(path)).sort()).toEqual(living);
  });

  it('removes the files of a process whose ID was reused', async () => {
    const path = await folderWith('reused', `.zosia-100-4-${HERE}-1.tmp`);
    await removeAbandoned(path, processes);
    expect(await readdir(path)).toEqual([]);
  });

  it('keeps files that zosia did not make', async () => {
    const others = [
      '.zosia-notes.tmp',
      `.zosia-7-5-${HERE}-1.tmp.keep`,
      `my.zosia-7-5-${HERE}-1.tmp`,
      'zosia-models',
      'zosia-7-5-1',
    ];
    const path = await folderWith('others', ...others);
    await removeAbandoned(path, processes);
    expect((await readdir(path)).sort()).toEqual([...others].sort());
  });

  it('removes what was in use when the host was started anew', async () => {
    const beforeReboot = `${HERE.slice(0, 4)}cccc`;
    const path = await folderWith('reboot', `.zosia-100-5-${beforeReboot}-1.tmp`);
    await removeAbandoned(path, processes);
    expect(await readdir(path)).toEqual([]);
  });

  it('removes files of unknown owners only when they are old', async () => {
    const [fresh, old] = [`.zosia-7-5-${ELSEWHERE}-1.tmp`, `.zosia-7-5-${ELSEWHERE}-2.tmp`];
    const path = await folderWith('foreign', fresh, old);
    const before = (Date.now() - 2 * DAY_MS) / 1000;
    await utimes(join(path, old), before, before);
    await removeAbandoned(path, processes);
    expect(await readdir(path)).toEqual([fresh]);
  });

  it('removes a symlink but not its target', async () => {
    const path = await folderWith('links', 'kept');
    await symlink('kept', join(path, `.zosia-7-5-${HERE}-1.tmp`));
    await removeAbandoned(path, processes);
    expect(await readdir(path)).toEqual(['kept']);
  });

  it('keeps the files of another user', async () => {
    const theirs = `.zosia-7-5-${HERE}-1.tmp`;
    const path = await folderWith('theirs', theirs);
    await removeAbandoned(path, processes, process.getuid!() + 1);
    expect(await readdir(path)).toEqual([theirs]);
  });

  it('ignores a folder that is missing or read-only', async () => {
    await removeAbandoned(folder.file('missing'), processes);
    const path = await folderWith('shut', `.zosia-7-5-${HERE}-1.tmp`);
    await chmod(path, 0o500);
    await removeAbandoned(path, processes);
    await chmod(path, 0o700);
  });

  it('removes everything when it runs many times at once', async () => {
    const names = Array.from({ length: 50 }, (_, index) => `zosia-${index}-5-${HERE}-AbC123`);
    const path = await folderWith('race');
    for (const name of names) {
      for (const below of ['a', 'b', 'c']) {
        await mkdir(join(path, name, below), { recursive: true });
        await writeFile(join(path, name, below, 'file'), '');
      }
    }
    await Promise.all(Array.from({ length: 8 }, () => removeAbandoned(path, processes)));
    expect(await readdir(path)).toEqual([]);
  });
});

describe('a temporary file or folder of this process', () => {
  it('is not removed by removeAbandoned', async () => {
    const path = await folderWith('own');
    const file = claimTemporary(path);
    await writeFile(file, '');
    await withTemporaryFolder(path, async (own) => {
      expect((await stat(own)).mode & 0o777).toBe(0o700);
      await removeAbandoned(path);
      expect((await readdir(path)).sort()).toEqual([basename(file), basename(own)].sort());
    });
    expect(await readdir(path)).toEqual([basename(file)]);
    releaseTemporary(file);
  });

  it('is removed after a failure', async () => {
    const path = await folderWith('failing');
    const failing = withTemporaryFolder(path, async (own) => {
      await writeFile(join(own, 'half'), '');
      throw new Error('failed');
    });
    await expect(failing).rejects.toThrow('failed');
    expect(await readdir(path)).toEqual([]);
  });
});
