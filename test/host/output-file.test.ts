import { execFile } from 'node:child_process';
import { lstat, mkdir, readFile, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ZosiaError } from '../../src/errors.js';
import { writeOutput, writeOutputFile } from '../../src/host/output-file.js';
import { zosiaError } from '../support/errors.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

const systemError = (code: string): Error => Object.assign(new Error(code), { code });

describe('writeOutput', () => {
  it('creates missing folders and replaces an existing file', async () => {
    const path = folder.file('a/b/out.txt');
    await writeOutput(path, 'first, and longer');
    await writeOutput(path, 'second');
    expect(await readFile(path, 'utf8')).toBe('second');
    expect(await readdir(folder.file('a/b'))).toEqual(['out.txt']);
  });

  it('keeps what was there when it may not replace it, and leaves no temporary', async () => {
    const path = folder.file('keep/out.txt');
    await writeOutput(path, 'first', { replace: false });
    await writeOutput(path, 'second', { replace: false });
    expect(await readFile(path, 'utf8')).toBe('first');
    expect(await readdir(folder.file('keep'))).toEqual(['out.txt']);
  });

  it('sets the given mode', async () => {
    const path = folder.file('program');
    await writeOutput(path, '', { mode: 0o700 });
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  it('accepts a name of 255 bytes', async () => {
    const path = folder.file('n'.repeat(255));
    await writeOutput(path, 'x');
    expect(await readFile(path, 'utf8')).toBe('x');
  });

  it.each([
    ['a folder', async (path: string) => mkdir(path)],
    ['below a file', async (path: string) => writeFile(path, '')],
  ])('refuses a target that is %s', async (what, prepare) => {
    const path = folder.file(`target ${what}`);
    await prepare(path);
    const target = what === 'a folder' ? path : `${path}/out`;
    await expect(writeOutput(target, 'x')).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_UNWRITABLE'));
  });
});

describe('writeOutput on an existing target', () => {
  it('rejects a FIFO, even through a symlink', async () => {
    const fifo = folder.file('fifo');
    await promisify(execFile)('mkfifo', [fifo]);
    await symlink('fifo', folder.file('to-fifo'));
    for (const path of [fifo, folder.file('to-fifo')]) {
      await expect(writeOutput(path, 'x')).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_UNWRITABLE'));
    }
    expect((await lstat(fifo)).isFIFO()).toBe(true);
    expect((await lstat(folder.file('to-fifo'))).isSymbolicLink()).toBe(true);
  });

  it('rejects a device', async () => {
    // Behind a symlink: should the check fail, nothing of the host is replaced.
    await symlink('/dev/null', folder.file('null'));
    const written = writeOutput(folder.file('null'), 'x');
    await expect(written).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_UNWRITABLE'));
    expect((await stat(folder.file('null'))).isCharacterDevice()).toBe(true);
  });

  it('rejects a symlink to a folder, and accepts one to a file or to nothing', async () => {
    await mkdir(folder.file('a folder'));
    await symlink('a folder', folder.file('to-folder'));
    const written = writeOutput(folder.file('to-folder'), 'x');
    await expect(written).rejects.toThrow(zosiaError('ZOSIA_OUTPUT_UNWRITABLE'));
    await writeFile(folder.file('old'), 'old');
    for (const target of ['old', 'nothing']) {
      await symlink(target, folder.file(`to ${target}`));
      await writeOutput(folder.file(`to ${target}`), 'new');
      expect(await readFile(folder.file(`to ${target}`), 'utf8')).toBe('new');
    }
  });
});

describe('writeOutputFile', () => {
  it.each([
    ['ENOSPC', 'ZOSIA_DISK_FULL'],
    ['EDQUOT', 'ZOSIA_DISK_FULL'],
    ['EACCES', 'ZOSIA_OUTPUT_UNWRITABLE'],
    ['EROFS', 'ZOSIA_OUTPUT_UNWRITABLE'],
  ])('reports %s as %s', async (code, expected) => {
    const path = folder.file('failing');
    const write = (): Promise<void> => Promise.reject(systemError(code));
    await expect(writeOutputFile(path, write)).rejects.toThrow(zosiaError(expected));
    expect(await readdir(folder.path)).not.toContain('failing');
  });

  it('rethrows other errors unchanged', async () => {
    const error = new ZosiaError('ZOSIA_MODEL_TRUNCATED', 'short', { hint: 'longer' });
    const write = (): Promise<void> => Promise.reject(error);
    await expect(writeOutputFile(folder.file('failing'), write)).rejects.toBe(error);
  });

  it('returns what the writer returns', async () => {
    expect(await writeOutputFile(folder.file('value'), () => Promise.resolve(42))).toBe(42);
  });

  it('leaves no temporary file when the process exits halfway', async () => {
    const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url));
    const halfway = fileURLToPath(new URL('./exits-halfway.ts', import.meta.url));
    const run = promisify(execFile)(process.execPath, [tsx, halfway, folder.file('exit/out')]);
    await expect(run).rejects.toMatchObject({ code: 3 });
    expect(await readdir(folder.file('exit'))).toEqual([]);
  });
});
