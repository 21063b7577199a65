import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError } from '../errors.js';
import { writeOutput } from '../host/output-file.js';
import { debianMirrorBase, parseRelease } from './apt-mirror.js';
import { createAptRoot, updateAptRoot } from './apt-root.js';
import type { AptRoot } from './apt-root.js';
import { hasApt, runApt } from './apt.js';
import type { AptRunner } from './apt.js';
import { ARCHITECTURES, debianArchitecture } from './architectures.js';
import type { Architecture } from './architectures.js';
import { PackageCache } from './cache.js';
import { COMPONENT_RECIPES } from './components.js';
import { COMPONENTS, LOCK_PATH, SUITES } from './lock.js';
import type { Component, Lock, LockedPackage, Suite } from './lock.js';
import { resolveComponent } from './resolve.js';

export interface UpdateLockOptions {
  /** The lock file to write; the one that ships with zosia by default. */
  readonly path?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly cacheDir: string;
}

/** What a resolution stands on; by default the host's apt and the archive it is configured for. */
export interface ArchiveSource {
  readonly baseUri: string;
  readonly run: AptRunner;
  readonly keyring?: string | undefined;
}

/**
 * The snapshot archive takes each state of the archive some time after its Release file is dated,
 * and the archive keeps superseded packages for a day or more: a time between holds all of them.
 */
const SNAPSHOT_DELAY_MS = 6 * 3600 * 1000;

/**
 * Pins what the suites have now, for all architectures, by way of the host's apt.
 *
 * @returns the lock, which has been written
 * @throws ZosiaError `ZOSIA_APT_FAILED`, also on a host without apt or without Debian's archive
 */
export async function updateLock(options: UpdateLockOptions): Promise<Lock> {
  const { path = LOCK_PATH, signal } = options;
  const cache = new PackageCache(options.cacheDir);
  const lock = await cache.withTemporaryFolder(async (folder) => {
    const baseUri = (await hasApt())
      ? await debianMirrorBase(join(folder, 'mirror'), runApt, signal)
      : undefined;
    if (baseUri === undefined) {
      throw new ZosiaError('ZOSIA_APT_FAILED', "this host's apt knows no Debian archive", {
        hint: 'Run this on a Debian machine.',
      });
    }
    return resolveLock({ baseUri, run: runApt }, folder, signal);
  });
  await writeOutput(path, formatLock(lock), { signal });
  return lock;
}

/** Makes a lock of what the suites of one archive have now. */
export async function resolveLock(
  source: ArchiveSource,
  folder: string,
  signal?: AbortSignal,
): Promise<Lock> {
  const times = new Map<Suite, string>();
  const packages = new Map<string, LockedPackage[]>();
  for (const suite of SUITES) {
    for (const arch of ARCHITECTURES) {
      const architecture = debianArchitecture(arch);
      const root = await createAptRoot(join(folder, `${suite}-${arch}`), {
        kind: 'suite',
        baseUri: source.baseUri,
        suite,
        architecture,
        keyring: source.keyring,
      });
      await updateAptRoot(root, source.run, [], signal);
      times.set(suite, snapshotTime(await readReleaseDate(root)));
      for (const component of COMPONENTS) {
        if (COMPONENT_RECIPES[component].suite !== suite) continue;
        const resolved = await resolveComponent(component, architecture, root, source.run, signal);
        packages.set(`${component} ${arch}`, resolved);
      }
    }
  }
  const of = (component: Component, arch: Architecture): LockedPackage[] =>
    packages.get(`${component} ${arch}`)!;
  const both = (component: Component): Lock['components'][Component] => ({
    aarch64: of(component, 'aarch64'),
    x86_64: of(component, 'x86_64'),
  });
  return {
    schema: 1,
    snapshot: { bookworm: times.get('bookworm')!, forky: times.get('forky')! },
    components: {
      kernel: both('kernel'),
      llama: both('llama'),
      'kernel-source': both('kernel-source'),
    },
  };
}

/** A lock as text, the same for the same lock. */
export function formatLock(lock: Lock): string {
  return `${JSON.stringify(lock, null, 2)}\n`;
}

/**
 * A time in the snapshot archive's notation, by a Release file's date.
 *
 * @throws ZosiaError `ZOSIA_APT_FAILED`
 */
export function snapshotTime(releaseDate: string): string {
  const time = Date.parse(releaseDate);
  if (Number.isNaN(time)) {
    throw new ZosiaError('ZOSIA_APT_FAILED', `a Release file has no date ("${releaseDate}")`, {
      hint: 'Ask whoever runs the configured mirror.',
    });
  }
  return new Date(time + SNAPSHOT_DELAY_MS).toISOString().replace(/[-:]|\.\d+/g, '');
}

async function readReleaseDate({ listsFolder }: AptRoot): Promise<string> {
  const file = (await readdir(listsFolder)).find((name) => /_(In)?Release$/.test(name));
  return file === undefined
    ? ''
    : parseRelease(await readFile(join(listsFolder, file), 'utf8')).date;
}
