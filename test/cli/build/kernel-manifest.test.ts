import { rm, writeFile } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FetchedPackage } from '../../../src/artifacts/fetch.js';
import {
  currentKernel,
  kernelRecipe,
  writeKernelManifests,
} from '../../../src/cli/build/kernel-manifest.js';
import { sha256 } from '../../../src/image/sha256.js';
import { kernelFiles } from '../../../src/toolchain/kernel/files.js';
import { temporaryFolder } from '../../support/temporary.js';

const COMPILER = { version: 'clang version 14.0.6', linkerVersion: 'LLD 14.0.6' };
const INPUTS = {
  sourceSha256: 'a'.repeat(64),
  configSha256: 'b'.repeat(64),
  settingsSha256: 'd'.repeat(64),
};
const SOURCE = { name: 'linux-source-6.1', version: '6.1.1-1' } as FetchedPackage;

describe('currentKernel', () => {
  const folder = temporaryFolder();
  const recipe = kernelRecipe('x86_64', SOURCE, INPUTS, COMPILER);
  const current = (asked = recipe): ReturnType<typeof currentKernel> =>
    currentKernel(folder.path, 'x86_64', asked);

  beforeEach(async () => {
    const files = kernelFiles(folder.path, 'x86_64');
    for (const path of [files.path, files.vmlinuxPath!, files.configPath]) {
      await writeFile(path, path);
    }
    const built = { ...files, sizeBytes: files.path.length, sha256: sha256(files.path) };
    await writeKernelManifests(built, recipe);
  });

  it('returns a kernel that is what would be built', async () => {
    const files = kernelFiles(folder.path, 'x86_64');
    expect(await current()).toEqual({
      ...files,
      sizeBytes: Buffer.byteLength(files.path),
      sha256: sha256(files.path),
    });
  });

  it.each([
    ['source', { ...INPUTS, sourceSha256: 'c'.repeat(64) }, COMPILER],
    ['configuration', { ...INPUTS, configSha256: 'c'.repeat(64) }, COMPILER],
    ['setting of the build', { ...INPUTS, settingsSha256: 'c'.repeat(64) }, COMPILER],
    ['compiler', INPUTS, { ...COMPILER, version: 'clang version 15.0.0' }],
    ['linker', INPUTS, { ...COMPILER, linkerVersion: 'LLD 15.0.0' }],
  ])('returns none for another %s', async (_, inputs, compiler) => {
    expect(await current(kernelRecipe('x86_64', SOURCE, inputs, compiler))).toBeUndefined();
  });

  it.each(['Image', 'vmlinux'])('returns none where %s has been changed', async (name) => {
    await writeFile(folder.file(name), 'changed');
    expect(await current()).toBeUndefined();
  });

  it.each(['Image', 'vmlinux', 'kernel.config', 'Image.json', 'vmlinux.json'])(
    'returns none where %s is gone',
    async (name) => {
      await rm(folder.file(name));
      expect(await current()).toBeUndefined();
    },
  );
});
