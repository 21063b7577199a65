import { appendFile, cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { ROOT } from './docs/pages.js';
import { temporaryFolder } from './support/temporary.js';

const folder = temporaryFolder();

/** Checks the layers of a copy of the sources, as `npm run lint` does. */
async function lintLayers(copy: string) {
  const depcruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  return execa(process.execPath, [depcruise, '--output-type', 'err', 'src'], {
    cwd: copy,
    reject: false,
  });
}

it('dependency-cruiser rejects node:fs in a file that the core imports', async () => {
  const copy = folder.file('copy');
  for (const name of ['src', 'tsconfig.json', '.dependency-cruiser.cjs', 'package.json']) {
    await cp(join(ROOT, name), join(copy, name), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  expect(await lintLayers(copy)).toMatchObject({ exitCode: 0 });

  // Not a file of the core itself, but one that it imports.
  await appendFile(join(copy, 'src/wording.ts'), "\nimport 'node:fs';\n");
  const { exitCode, stdout } = await lintLayers(copy);
  expect(exitCode).not.toBe(0);
  expect(stdout).toMatch(/the-core-reaches-nothing-of-the-host: src\/formats\//);
  expect(stdout).toMatch(/the-core-reaches-nothing-of-the-host: src\/image\/|src\/library\/core/);
});
