import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkOutputFolder } from '../../src/host/check-output-folder.js';
import { zosia } from '../support/cli.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

describe('checkOutputFolder', () => {
  it('takes a folder that is there, and one that can be made, which it does not make', async () => {
    await mkdir(folder.file('there'));
    await checkOutputFolder(folder.file('there'));
    await checkOutputFolder(folder.file('there/a/b'));
    expect(existsSync(folder.file('there/a'))).toBe(false);
  });

  it.each(['', 'a', 'a/b'])('refuses a file, and what would be below one: %s', async (below) => {
    await writeFile(folder.file('file'), '');
    await expect(checkOutputFolder(join(folder.file('file'), below))).rejects.toMatchObject({
      code: 'ZOSIA_OUTPUT_UNWRITABLE',
      hint: expect.stringMatching(/^Name another folder/),
    });
  });

  it.each(['guest', 'kernel', 'llama'])('comes before all else in zosia build %s', async (what) => {
    // No builder is there to be found.
    const env = { PATH: '/nowhere' };
    const args = ['build', what, '--out', '/dev/null', '--builder', 'host'];
    const { stderr, exitCode } = await zosia(args, { cwd: folder.path, env });
    expect(stderr).toMatch(
      /^error: \/dev\/null cannot be written: .*\nhint: {2}Name another folder/,
    );
    expect(exitCode).toBe(1);
  });
});
