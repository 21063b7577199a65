import { appendFile, cp, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { ROOT } from './docs/pages.js';
import { temporaryFolder } from './support/temporary.js';

const folder = temporaryFolder();

async function copySources(name: string): Promise<string> {
  const copy = folder.file(name);
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

it('dependency-cruiser accepts the sources as they are', async () => {
  expect(await lintLayers(await copySources('good'))).toMatchObject({ exitCode: 0 });
});

it('dependency-cruiser rejects node:fs in a file that the core imports', async () => {
  const copy = await copySources('reached');
  // Not a file of the core itself, but one that it imports.
  await appendFile(join(copy, 'src/wording.ts'), "\nimport 'node:fs';\n");
  const { exitCode, stdout } = await lintLayers(copy);
  expect(exitCode).not.toBe(0);
  expect(stdout).toMatch(/the-core-reaches-nothing-of-the-host: src\/formats\//);
  expect(stdout).toMatch(/the-core-reaches-nothing-of-the-host: src\/image\/|src\/library\/core/);
});

it('dependency-cruiser rejects modules of Node.js and packages for it in every part of the core', async () => {
  const copy = await copySources('parts');
  const additions = {
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
  const { stdout } = await lintLayers(copy);
  for (const [path, module] of Object.entries(additions)) {
    const name = module.replace('node:', '');
    const edges = stdout.split(/^ {2}error /m).filter((each) => each.includes(` ${path}`));
    expect(
      edges.filter((each) => each.includes(name)),
      path,
    ).not.toEqual([]);
  }
});
