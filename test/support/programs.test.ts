import { expect, it } from 'vitest';
import { temporaryFolder } from './temporary.js';
import { whyMissing } from './programs.js';
import { writeFile } from 'node:fs/promises';

const folder = temporaryFolder();

it('whyMissing names the programs that are not on the PATH, and is undefined where all are', async () => {
  await writeFile(folder.file('there'), '', { mode: 0o755 });
  expect(whyMissing(['there', 'one', 'two'], folder.path)).toBe('no one, two here');
  expect(whyMissing(['there'], folder.path)).toBeUndefined();
});
