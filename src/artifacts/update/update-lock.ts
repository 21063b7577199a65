import { join } from 'node:path';
import { ZosiaError } from '../../errors.js';
import { makeFolder } from '../../host/make-folder.js';
import { writeOutput } from '../../host/output-file.js';
import { debianMirrorBase } from '../apt-mirror.js';
import { hasApt, runApt } from '../apt.js';
import { PackageCache } from '../cache.js';
import { COMPONENTS, LOCK_PATH, readLock } from '../lock.js';
import type { Component, Lock } from '../lock.js';
import { mirrorUrl } from '../named-mirror.js';
import { snapshotUrl } from '../snapshot-transport.js';
import { debianKeyring, KEYRINGS } from '../apt-root.js';
import { aptSource } from './apt-source.js';
import { readArchiveKeys } from '../archive-keys.js';
import { compareLocks } from './lock-changes.js';
import type { LockChanges } from './lock-changes.js';
import { readUrlBy } from './read-url.js';
import { formatLock, resolveLock, snapshotNotation, togetherWith } from './resolve-lock.js';
import { signedSource } from './signed-source.js';
import type { IndexSource } from './suite-index.js';

export interface UpdateLockOptions {
  /** The lock file; the one that ships with zosia by default. */
  readonly path?: string | undefined;
  /** Those to resolve anew, with what is pinned of the same suite; all unless given. */
  readonly components?: readonly Component[] | undefined;
  /** Address of a mirror to ask; the one apt is configured for, else the snapshot archive, unless given. */
  readonly mirror?: string | undefined;
  /** Whether apt is not to be used, though there is one. */
  readonly withoutApt?: boolean | undefined;
  /** Whether the lock file stays as it is. */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly cacheDir: string;
  /** Called with a line for each step that takes a while. */
  readonly log?: ((message: string) => void) | undefined;
}

/** What an update stands on; by default the host's clock, and the keys that ship with zosia. */
export interface UpdateSources {
  /** In milliseconds since 1970. */
  readonly now?: number | undefined;
  /** An armored block. */
  readonly keys?: string | undefined;
  /** Finds the host's keyring of Debian's archive, which a derivative of Debian need not have. */
  readonly keyring?: (() => Promise<string | undefined>) | undefined;
}

/** What an update of the lock has found. */
export interface LockUpdate {
  readonly checkedBy: IndexSource['checkedBy'];
  /** What was resolved anew. */
  readonly components: readonly Component[];
  readonly changes: LockChanges;
  readonly lock: Lock;
  /** Whether the lock file is another one now. */
  readonly written: boolean;
}

/**
 * Pins what the suites have now, for all architectures: by the host's apt where that is Debian's, else by
 * checking the signed index itself. The same state of the archive gives the same bytes.
 *
 * @throws ZosiaError `ZOSIA_INDEX_REFUSED`, `ZOSIA_APT_FAILED`, `ZOSIA_DOWNLOAD_FAILED`, `ZOSIA_BAD_OPTION` (of
 *   `mirror`), `ZOSIA_LOCK_INVALID` where only some components are named; nothing is written then
 */
export async function updateLock(
  options: UpdateLockOptions,
  sources: UpdateSources = {},
): Promise<LockUpdate> {
  const { path = LOCK_PATH, components = COMPONENTS, dryRun = false, signal, log } = options;
  const before = await lockBefore(path, components);
  const cache = new PackageCache(options.cacheDir);
  return cache.withTemporaryFolder(async (folder) => {
    const source = await openSource(folder, options, sources);
    const lock = await resolveLock(source, { before, components, signal, log });
    const changes = compareLocks(before, lock);
    const isChanged = changes.packages.length + changes.snapshot.length > 0;
    const written = isChanged && !dryRun;
    if (written) await writeOutput(path, formatLock(lock), { signal });
    return {
      checkedBy: source.checkedBy,
      components: before ? togetherWith(components) : COMPONENTS,
      changes,
      lock,
      written,
    };
  });
}

/** One that is damaged can be made anew as a whole alone. */
async function lockBefore(
  path: string,
  components: readonly Component[],
): Promise<Lock | undefined> {
  try {
    return await readLock(path);
  } catch (error) {
    const isWhole = COMPONENTS.every((component) => components.includes(component));
    if (isWhole && error instanceof ZosiaError && error.code === 'ZOSIA_LOCK_INVALID') {
      return undefined;
    }
    throw error;
  }
}

async function openSource(
  folder: string,
  { mirror, withoutApt = false, signal }: UpdateLockOptions,
  { now = Date.now(), keys, keyring: findKeyring = hostKeyring }: UpdateSources,
): Promise<IndexSource> {
  const named = mirror === undefined ? undefined : mirrorUrl(mirror);
  // Without that keyring apt refuses every index of Debian's: the keys that ship check it then.
  const keyring = !withoutApt && (await hasApt()) ? await findKeyring() : undefined;
  if (keyring !== undefined) {
    const search = join(folder, 'mirror');
    await makeFolder(search);
    const baseUri = named ?? (await debianMirrorBase(search, runApt, signal));
    if (baseUri !== undefined) {
      return aptSource({ baseUri, run: runApt, keyring, folder: join(folder, 'apt') });
    }
  }
  return signedSource({
    // The snapshot archive leads on to its last state before a time.
    baseUrl: named ?? snapshotUrl(snapshotNotation(now)),
    readUrl: readUrlBy(folder),
    keys: keys ?? (await readArchiveKeys()),
    now,
  });
}

async function hostKeyring(): Promise<string | undefined> {
  try {
    return await debianKeyring(KEYRINGS);
  } catch (error) {
    if (error instanceof ZosiaError) return undefined;
    throw error;
  }
}
