import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { prebuiltInit } from '../../src/artifacts/prebuilt.js';
import { sha256 } from '../../src/image/sha256.js';
import { writeManifest } from '../../src/recipes/manifest.js';
import { hasOwnInit } from '../../src/recipes/own-init.js';
import { temporaryFolder } from '../support/temporary.js';

describe('whether PID 1 of an initramfs is the one of this zosia', () => {
  const folder = temporaryFolder();

  async function initramfs(
    init: Uint8Array | string,
    settings: Record<string, string> = {},
  ): Promise<string> {
    const path = folder.file('initramfs.cpio');
    await writeFile(path, 'contents');
    const inputs = [{ name: 'init', sha256: sha256(init) }];
    await writeManifest(
      path,
      { product: 'initramfs', inputs, settings: { arch: 'x86_64', ...settings } },
      inputs,
      { sizeBytes: 8, sha256: sha256('contents') },
    );
    return path;
  }

  it.each<[string, Record<string, string>, boolean]>([
    ['an initramfs of its own', {}, true],
    ['one that is layered over a base', { init: 'zosia' }, true],
    ['one in which the base has its own', { init: 'base' }, false],
  ])('for %s', async (_, settings, isOwn) => {
    const path = await initramfs(await prebuiltInit('x86_64'), settings);
    expect(await hasOwnInit(path, 'x86_64')).toBe(isOwn);
    expect(await hasOwnInit(path, 'aarch64')).toBe(false);
  });

  it('is not so for another init, or without a manifest', async () => {
    expect(await hasOwnInit(await initramfs('another'), 'x86_64')).toBe(false);
    expect(await hasOwnInit(folder.file('nowhere'), 'x86_64')).toBe(false);
  });
});
