import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { findProgram, isExecutable } from '../../src/host/programs.js';
import { temporaryFolder } from '../support/temporary.js';

describe('findProgram', () => {
  const folder = temporaryFolder();

  async function place(path: string, mode: number): Promise<string> {
    const placed = folder.file(path);
    await writeFile(placed, '#!/bin/sh\n');
    await chmod(placed, mode);
    return placed;
  }

  it('returns the first executable with any of the names, in the order of the folders', async () => {
    const folders = ['a', 'b', 'c'].map((name) => folder.file(name));
    for (const path of folders) await mkdir(path);
    await mkdir(folder.file('a/gcc'));
    const plain = await place('b/gcc', 0o644);
    const clang = await place('b/clang', 0o755);
    const gcc = await place('c/gcc', 0o755);
    expect(await findProgram(['gcc'], folders)).toBe(gcc);
    expect(await findProgram(['gcc', 'clang'], folders)).toBe(clang);
    expect(await findProgram(['tcc'], folders)).toBeUndefined();
    expect(await isExecutable(plain)).toBe(false);
    expect(await isExecutable(folder.file('a/gcc'))).toBe(false);
  });

  it('uses a given check instead of the file system', async () => {
    const asked: string[] = [];
    const found = await findProgram(['x', 'y'], ['/1', '/2'], (path) => {
      asked.push(path);
      return Promise.resolve(path === '/2/x');
    });
    expect(found).toBe('/2/x');
    expect(asked).toEqual(['/1/x', '/1/y', '/2/x']);
  });
});
