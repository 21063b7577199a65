import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { aptIndex } from '../apt-index.js';
import { createAptRoot, updateAptRoot } from '../apt-root.js';
import type { AptRoot } from '../apt-root.js';
import type { AptRunner } from '../apt.js';
import { parseRelease } from '../release.js';
import type { Release } from '../release.js';
import type { IndexSource } from './suite-index.js';

export interface AptSourceOptions {
  /** Base of a Debian archive, ending in `/`, in any scheme apt has a method for. */
  readonly baseUri: string;
  readonly run: AptRunner;
  /** The keyring that signatures are checked with; the host's Debian archive keyring by default. */
  readonly keyring?: string | undefined;
  /** An empty folder to work in. */
  readonly folder: string;
}

/** Reads indexes by the host's apt, which checks signatures, digests and, unless it is told not to, expiry. */
export function aptSource({ baseUri, run, keyring, folder }: AptSourceOptions): IndexSource {
  return {
    checkedBy: 'apt',
    async open(suite, architecture, signal) {
      const root = await createAptRoot(join(folder, `${suite}-${architecture}`), {
        kind: 'suite',
        baseUri,
        suite,
        architecture,
        keyring,
      });
      await updateAptRoot(root, run, [], signal);
      return { ...aptIndex(root, run), release: await readRelease(root) };
    },
  };
}

async function readRelease({ listsFolder }: AptRoot): Promise<Release> {
  const file = (await readdir(listsFolder)).find((name) => /_(In)?Release$/.test(name));
  return parseRelease(file === undefined ? '' : await readFile(join(listsFolder, file), 'utf8'));
}
