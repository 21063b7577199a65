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

describe('an image with a manifest', () => {
  const folder = temporaryFolder();
  let image = '';

  beforeEach(async () => {
    image = folder.file('image');
    await writeFile(image, 'contents');
    const output = { sizeBytes: 8, sha256: sha256('contents') };
    await writeManifest(image, RECIPE, RECIPE.inputs, output);
  });

  it('is current if the recipe and the bytes match the manifest', async () => {
    expect(await isCurrent(image, RECIPE)).toBe(true);
  });

  it('is current whatever its modification time', async () => {
    await writeFile(image, 'contents');
    expect(await isCurrent(image, RECIPE)).toBe(true);
  });

  it.each<[string, Recipe]>([
    ['another product', { ...RECIPE, product: 'kernel' }],
    ['another input', { ...RECIPE, inputs: [{ name: 'init', version: '1', sha256: 'bb' }] }],
    ['another version', { ...RECIPE, inputs: [{ name: 'init', version: '2', sha256: 'aa' }] }],
    ['an additional input', { ...RECIPE, inputs: [...RECIPE.inputs, { name: 'x', sha256: 'cc' }] }],
    ['another setting', { ...RECIPE, settings: { arch: 'x86_64' } }],
  ])('is not current for %s', async (_, recipe) => {
    expect(await isCurrent(image, recipe)).toBe(false);
  });

  it('is not current if a byte changed, or if it is longer or missing', async () => {
    await writeFile(image, 'c0ntents');
    expect(await isCurrent(image, RECIPE)).toBe(false);
    await writeFile(image, 'contents and more');
    expect(await isCurrent(image, RECIPE)).toBe(false);
    await rm(image);
    expect(await isCurrent(image, RECIPE)).toBe(false);
  });

  it.each(['', '{', 'null', '[]', '{"schema":2}', '{"schema":1,"inputs":{}}'])(
    'is not current if the manifest is damaged: %j',
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
  ])('is not current if the manifest has %s: %j', async (key, value) => {
    const path = manifestPath(image);
    const manifest = JSON.parse(await readFile(path, 'utf8')) as object;
    await writeFile(path, JSON.stringify({ ...manifest, [key]: value }));
    expect(await isCurrent(image, RECIPE)).toBe(false);
    expect(await isCurrent(image, RECIPE, { frozen: true })).toBe(false);
  });

  it('is current with a substitute inside, but not when frozen', async () => {
    const used = [{ name: 'init', version: '9', sha256: 'dd', substitute: true }] as const;
    await writeManifest(image, RECIPE, used, { sizeBytes: 8, sha256: sha256('contents') });
    expect(await isCurrent(image, RECIPE)).toBe(true);
    expect(await isCurrent(image, RECIPE, { frozen: true })).toBe(false);
  });

  it('has the version of zosia in its manifest', async () => {
    const manifest: unknown = JSON.parse(await readFile(manifestPath(image), 'utf8'));
    expect(manifest).toMatchObject({ versions: { zosia: zosiaVersion() } });
  });

  it('has no path of the host and no time in its manifest', async () => {
    const text = await readFile(manifestPath(image), 'utf8');
    expect(text).not.toContain(folder.path);
    expect(text).not.toMatch(/20\d\d-\d\d/);
  });
});
