import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readElf } from '../../src/formats/elf/elf.js';
import { describeWithPrograms, programPath } from '../support/programs.js';

const run = promisify(execFile);

/** Programs of this host, wherever they are installed. */
const SUBJECTS = ['sh', 'readelf', 'env', 'node']
  .map((name) => (name === 'node' ? process.execPath : programPath(name)))
  .filter((path) => path !== undefined);

/** The `[value]`s that readelf prints for one kind of entry. */
function values(listing: string, kind: string): string[] {
  return listing
    .split('\n')
    .filter((line) => line.includes(`(${kind})`))
    .map((line) => /\[(.*)\]$/.exec(line)![1]!);
}

async function checkAgainstReadelf(path: string): Promise<readonly string[]> {
  const info = readElf(await readFile(path));
  const options = { env: { ...process.env, LC_ALL: 'C' }, maxBuffer: 2 ** 28 };
  const { stdout } = await run('readelf', ['-W', '-d', '-l', path], options);
  expect(info.needed).toEqual(values(stdout, 'NEEDED'));
  expect(info.soname).toBe(values(stdout, 'SONAME')[0]);
  expect(info.runpath.join(':')).toBe(
    values(stdout, 'RUNPATH')[0] ?? values(stdout, 'RPATH')[0] ?? '',
  );
  expect(info.interpreter).toBe(/Requesting program interpreter: (.*)\]/.exec(stdout)?.[1]);
  const header = await run('readelf', ['-h', path], options);
  expect(header.stdout).toMatch(
    { x86_64: /Machine: +.*X86-64/, aarch64: /Machine: +AArch64/ }[info.machine] ?? /^never$/,
  );
  expect(header.stdout).toContain(`ELF${info.class}`);
  return info.needed;
}

describeWithPrograms(['readelf', 'ldd'], 'readelf', () => {
  it.each(SUBJECTS)('prints the same as readElf for %s and its libraries', async (path) => {
    await checkAgainstReadelf(realpathSync(path));
    const { stdout } = await run('ldd', [path]);
    const libraries = [...stdout.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, library]) => library!);
    expect(libraries.length).toBeGreaterThan(0);
    for (const library of new Set(libraries.map((name) => realpathSync(name)))) {
      await checkAgainstReadelf(library);
    }
  });
});
