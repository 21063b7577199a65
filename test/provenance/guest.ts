import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fetchComponents } from '../../src/artifacts/fetch.js';
import { hostArchitecture } from '../../src/artifacts/architectures.js';
import { defaultPlaces } from '../../src/recipes/places.js';
import { linuxGuest } from '../../src/recipes/linux-guest.js';
import { digestBytes } from '../../src/host/digest.js';
import { HOST } from '../support/host.js';

export const ARCH = hostArchitecture();
export const CACHE = HOST.cacheDirectory;

/** Builds the guest of this host's architecture in a folder. */
export async function buildGuest(folder: string, base?: string) {
  await fetchComponents({ arch: ARCH, components: ['llama'], cacheDir: CACHE });
  const places = defaultPlaces(folder);
  return linuxGuest({ arch: ARCH, places, cacheDir: CACHE, offline: true, base });
}

/** An image and its manifest, copied to a folder of a test. @returns the copy's path */
export async function copyOf(image: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, basename(image));
  await copyFile(image, path);
  await copyFile(`${image}.json`, `${path}.json`);
  return path;
}

/** What a test changes of a manifest. */
export interface ManifestJson extends Record<string, unknown> {
  readonly product: string;
  readonly inputs: readonly {
    readonly name: string;
    readonly version?: string;
    readonly sha256: string;
  }[];
  readonly settings: Readonly<Record<string, string>>;
  readonly output: { readonly sizeBytes: number; readonly sha256: string };
}

/** Changes the manifest of an image. */
export async function changeManifest(
  path: string,
  change: (manifest: ManifestJson) => object,
): Promise<void> {
  const manifest = JSON.parse(await readFile(`${path}.json`, 'utf8')) as ManifestJson;
  await writeFile(`${path}.json`, JSON.stringify(change(manifest)));
}

/** Gives a manifest the size and the digest that an image has, as somebody who changed it would. */
export async function coverUp(path: string): Promise<void> {
  const bytes = await readFile(path);
  const output = { sizeBytes: bytes.length, sha256: digestBytes(bytes) };
  await changeManifest(path, (manifest) => ({ ...manifest, output }));
}
