import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { ROOT } from '../docs/pages.js';
import { temporaryFolder } from '../support/temporary.js';

const folder = temporaryFolder();

it('builds the reference of every entry point, including all types that it mentions', async () => {
  const out = folder.file('api');
  const typedoc = join(ROOT, 'node_modules/typedoc/bin/typedoc');
  const { all } = await execa(process.execPath, [typedoc, '--out', out], {
    ...{ cwd: ROOT, all: true, reject: false },
  });
  expect(all).not.toMatch(/\[(warning|error)\]/);
  const made = await readdir(out);
  expect(made).toEqual(expect.arrayContaining(['index.md', 'core', 'host', 'machine', 'perf']));
  expect(await readdir(join(out, 'core'))).toContain('functions');
});
