import { access, mkdir, readdir, writeFile } from 'node:fs/promises';
import { execa } from 'execa';
import { beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/temporary.js';
import { importedFiles, inputsDigest } from './inputs.js';
import { ALL_SLOW_TESTS, slowTests } from './slow-tests.js';

const TEST = 'test/slow.test.ts';

describe('what a slow test stands on', () => {
  const folder = temporaryFolder();
  const write = (path: string, text: string): Promise<void> => writeFile(folder.file(path), text);
  const digest = (): Promise<string> => inputsDigest(folder.path, TEST, ['data']);
  beforeEach(async () => {
    await execa('git', ['init', '--quiet'], { cwd: folder.path });
    for (const name of ['data', 'src', 'test']) await mkdir(folder.file(name), { recursive: true });
    await write(TEST, "import { far } from '../src/near.js';\nconsole.log(far);\n");
    await write('src/near.ts', "export { far } from './far.js';\nexport const other = 1;\n");
    await write('src/far.ts', 'export const far: number = 1;\n');
    await write('src/unused.ts', 'export const unused = 1;\n');
    await write('data/table.txt', 'one\n');
  });

  it('is itself and what it imports, however many imports away', async () => {
    expect((await importedFiles(folder.path, TEST)).sort()).toEqual(['src/far.ts', TEST]);
  });

  it.each([
    ['a module that is imported by an imported one', 'src/far.ts', 'export const far = 2;\n'],
    ['the test', TEST, "import { far } from '../src/far.js';\nconsole.error(far);\n"],
    ['a file that it reads', 'data/table.txt', 'two\n'],
    ['a new file in a folder that it reads', 'data/new.txt', ''],
    ['the versions of packages', 'package-lock.json', '{}\n'],
  ])('has changed when %s has', async (_what, path, text) => {
    const before = await digest();
    expect(await digest()).toBe(before);
    await write(path, text);
    expect(await digest()).not.toBe(before);
  });

  it('has not changed when another module has', async () => {
    const before = await digest();
    await write('src/unused.ts', 'export const unused = 2;\n');
    expect(await digest()).toBe(before);
  });
});

it('every test of other projects is known', async () => {
  const peers = (await readdir('test/peers')).filter((name) => name.endsWith('.test.ts'));
  expect([...slowTests('test:peers')].sort()).toEqual(peers.map((name) => `test/peers/${name}`));
});

it.each(ALL_SLOW_TESTS)('%s, which is slow, is there', async (file) => {
  await expect(access(file)).resolves.toBeUndefined();
});
