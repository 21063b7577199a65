import { appendFile, cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { ROOT } from './docs/pages.js';
import { temporaryFolder } from './support/temporary.js';

const folder = temporaryFolder();

async function copySources(): Promise<string> {
  const copy = folder.file('copy');
  for (const each of ['src', 'tsconfig.json', '.dependency-cruiser.cjs', 'package.json']) {
    await cp(join(ROOT, each), join(copy, each), { recursive: true });
  }
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Checks the layers of a copy of the sources, as `npm run lint` does. */
async function lintLayers(copy: string) {
  const depcruise = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  return execa(process.execPath, [depcruise, '--output-type', 'err', 'src'], {
    cwd: copy,
    reject: false,
  });
}

it('dependency-cruiser rejects modules of Node.js and packages for it in whatever the core reaches', async () => {
  const copy = await copySources();
  expect(await lintLayers(copy)).toMatchObject({ exitCode: 0 });

  const additions = {
    // No file of the core itself, but one that it imports.
    'src/wording.ts': 'node:fs',
    'src/inspect/map/disk.ts': 'node:fs',
    'src/inspect/page/page.ts': 'node:os',
    'src/inspect/page/browser/main.ts': 'node:process',
    'src/formats/gpt/guid.ts': 'node:dns',
    'src/html/markup.ts': 'node:path',
    'src/formats/sector.ts': 'execa',
  };
  for (const [path, module] of Object.entries(additions)) {
    await appendFile(join(copy, path), `\nimport '${module}';\n`);
  }
  const { exitCode, stdout } = await lintLayers(copy);
  expect(exitCode).not.toBe(0);
  const reports = stdout.split(/^ {2}error /m);
  for (const [path, module] of Object.entries(additions)) {
    const name = module.replace('node:', '');
    const found = reports.filter((each) => each.includes(path) && each.includes(name));
    expect(found, path).not.toEqual([]);
  }
  expect(stdout).toMatch(/the-core-reaches-nothing-of-the-host: src\/formats\//);
  expect(stdout).toMatch(/the-core-reaches-nothing-of-the-host: src\/image\/|src\/library\/core/);
});
