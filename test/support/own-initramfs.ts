import { writeFile } from 'node:fs/promises';
import type { Architecture } from '../../src/artifacts/architectures.js';
import { prebuiltDigest } from '../../src/artifacts/prebuilt.js';
import { writeManifest } from '../../src/recipes/manifest.js';
import { sha256 } from '../../src/image/sha256.js';

/** A file that stands for an initramfs of this zosia, for machines that never boot it. */
export async function writeOwnInitramfs(path: string, arch: Architecture): Promise<void> {
  const text = 'initramfs';
  await writeFile(path, text);
  const inputs = [{ name: 'init', sha256: await prebuiltDigest(arch, 'init') }];
  const output = { sizeBytes: text.length, sha256: sha256(text) };
  await writeManifest(path, { product: 'initramfs', inputs, settings: { arch } }, inputs, output);
}
