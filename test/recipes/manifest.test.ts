import { readFile, rm, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/image/sha256.js';
import { isCurrent, manifestPath, writeManifest } from '../../src/recipes/manifest.js';
import type { Recipe } from '../../src/recipes/manifest.js';
import { zosiaVersion } from '../../src/recipes/version.js';
import { temporaryFolder } from '../support/temporary.js';

const RECIPE: Recipe = {
  product: 'initramfs',
  inputs: [{ name: 'init', version: '1', sha256: 'aa' }],
  settings: { arch: 'aarch64' },
};

describe('an image is current', () => {
  const folder = temporaryFolder();
  let image = '';

  beforeEach(async () => {
    image = folder.file('image');
    await writeFile(image, 'contents');
    const output = { sizeBytes: 8, sha256: sha256('contents') };
    await writeManifest(image, RECIPE, RECIPE.inputs, output);
  });

  it('when recipe and bytes are those of its manifest', async () => {
    expect(await isCurrent(image, RECIPE)).toBe(true);
  });

  it('whatever its modification time', async () => {
    await writeFile(image, 'contents');
    expect(await isCurrent(image, RECIPE)).toBe(true);
  });

  it.each<[string, Recipe]>([
    ['another product', { ...RECIPE, product: 'kernel' }],
    ['another input', { ...RECIPE, inputs: [{ name: 'init', version: '1', sha256: 'bb' }] }],
    ['another version', { ...RECIPE, inputs: [{ name: 'init', version: '2', sha256: 'aa' }] }],
    ['one input more', { ...RECIPE, inputs: [...RECIPE.inputs, { name: 'x', sha256: 'cc' }] }],
    ['another setting', { ...RECIPE, settings: { arch: 'x86_64' } }],
  ])('not for %s', async (_, recipe) => {
    expect(await isCurrent(image, recipe)).toBe(false);
  });

  it('not when a byte of it changed, or it is longer, or gone', async () => {
    await writeFile(image, 'c0ntents');
    expect(await isCurrent(image, RECIPE)).toBe(false);
    await writeFile(image, 'contents and more');
    expect(await isCurrent(image, RECIPE)).toBe(false);
    await rm(image);
    expect(await isCurrent(image, RECIPE)).toBe(false);
  });

  it.each(['', '{', 'null', '[]', '{"schema":2}', '{"schema":1,"inputs":{}}'])(
    'not when its manifest is damaged: %j',
    async (text) => {
      await writeFile(manifestPath(image), text);
      expect(await isCurrent(image, RECIPE)).toBe(false);
    },
  );

  it.each<[string, unknown]>([
    ['schema', 2],
    ['recipeSha256', 1],
    ['inputs', undefined],
    ['inputs', {}],
    ['inputs', [null]],
    ['inputs', ['init']],
    ['inputs', [{ name: 'init' }]],
    ['inputs', [{ name: 'init', sha256: 'aa', substitute: 'no' }]],
    ['output', null],
    ['output', { sizeBytes: '8', sha256: sha256('contents') }],
    ['output', { sizeBytes: 8 }],
    ['versions', undefined],
    ['versions', null],
    ['versions', { zosia: '0.0.0' }],
  ])('not when its manifest has %s: %j', async (key, value) => {
    const path = manifestPath(image);
    const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...manifest, [key]: value }));
    expect(await isCurrent(image, RECIPE)).toBe(false);
    expect(await isCurrent(image, RECIPE, { frozen: true })).toBe(false);
  });

  it('with a substitute inside, but not when frozen', async () => {
    const used = [{ name: 'init', version: '9', sha256: 'dd', substitute: true }] as const;
    await writeManifest(image, RECIPE, used, { sizeBytes: 8, sha256: sha256('contents') });
    expect(await isCurrent(image, RECIPE)).toBe(true);
    expect(await isCurrent(image, RECIPE, { frozen: true })).toBe(false);
  });

  it('and its manifest names the zosia that wrote it', async () => {
    const manifest: unknown = JSON.parse(await readFile(manifestPath(image), 'utf8'));
    expect(manifest).toMatchObject({ versions: { zosia: zosiaVersion() } });
  });

  it('and its manifest says nothing of the host or the time', async () => {
    const text = await readFile(manifestPath(image), 'utf8');
    expect(text).not.toContain(folder.path);
    expect(text).not.toMatch(/20\d\d-\d\d/);
  });
});
