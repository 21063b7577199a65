import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { recordedCompiler } from './recorded-compiler.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FOLDERS = ['bench', 'guest', 'test', 'zosia-tiny/src/kernel'];

/** The C files of the repository, from its root on. */
async function sources(): Promise<string[]> {
  const lists = await Promise.all(
    FOLDERS.map(async (folder) =>
      (await readdir(ROOT + folder, { recursive: true })).map((path) => `${folder}/${path}`),
    ),
  );
  return lists.flat().filter((path) => /\.[ch]$/.test(path));
}

it('clang-format changes no C file of the repository', async (context) => {
  // Releases differ in details; the style is that of the LLVM that the prebuilt programs are built with.
  await recordedCompiler(context);
  const files = await sources();
  expect(files.length).toBeGreaterThan(200);
  const { stderr, exitCode } = await execa(
    'clang-format',
    ['--style=file', '--dry-run', '--Werror', ...files],
    { cwd: ROOT, reject: false, env: { LC_ALL: 'C' } },
  );
  const wrong = [...stderr.matchAll(/^(\S+?):\d+:\d+: error/gm)].map(([, file]) => file!);
  expect([...new Set(wrong)], 'repair with: npm run format:c').toEqual([]);
  expect(exitCode, stderr).toBe(0);
});
