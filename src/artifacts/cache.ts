import { webcrypto } from 'node:crypto';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { option, wording } from '../wording.js';
import { digestFile } from '../host/digest.js';
import { makeFolder } from '../host/make-folder.js';
import { isOutOfResources, isOutOfRoom, systemReason } from '../host/system-errors.js';
import { withTemporaryFolder } from '../host/temporary.js';
import type { LockedPackage } from './lock.js';

/** What identifies a package's bytes. */
export interface PackageBytes extends Pick<LockedPackage, 'name' | 'sha256'> {
  /** Undefined where the digest alone was pinned. */
  readonly sizeBytes?: number | undefined;
  /** What kind of file it is: a Debian package unless given. */
  readonly extension?: 'deb' | 'tgz' | 'archive' | undefined;
}

/**
 * Verified packages on disk, each under the sha256 of its bytes. Several processes may share one
 * cache: files come into being by renaming, and never change afterwards.
 */
export class PackageCache {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = resolve(directory);
  }

  /** Where the package is, or would be. */
  path({ sha256, extension = 'deb' }: Pick<PackageBytes, 'sha256' | 'extension'>): string {
    return join(this.directory, 'packages', `${sha256}.${extension}`);
  }

  /**
   * The path of a cached package whose bytes were checked just now, or undefined if there is none.
   *
   * @throws ZosiaError `ZOSIA_CACHE_CORRUPT` if the bytes are wrong, after removing them;
   *   `ZOSIA_CACHE_UNUSABLE` if they cannot be read; the signal's reason when cancelled
   */
  async find(wanted: PackageBytes, signal?: AbortSignal): Promise<string | undefined> {
    const path = this.path(wanted);
    let correct: boolean;
    try {
      correct = await hasBytes(path, wanted, signal);
    } catch (cause) {
      if (systemErrorCode(cause) === 'ENOENT') return undefined;
      throw unusable(path, cause);
    }
    if (correct) return path;
    await rm(path, { recursive: true, force: true });
    throw new ZosiaError(
      'ZOSIA_CACHE_CORRUPT',
      `the cached copy of ${wanted.name} is damaged: ${path}`,
      { hint: 'It has been removed; run the same command again to download a good copy.' },
    );
  }

  /**
   * Takes a downloaded file, which must be in a folder of {@link withTemporaryFolder}, into the
   * cache if its bytes are right.
   *
   * @returns its path in the cache, or undefined if the bytes are wrong
   */
  async take(file: string, wanted: PackageBytes): Promise<string | undefined> {
    const path = this.path(wanted);
    try {
      if (!(await hasBytes(file, wanted))) return undefined;
    } catch (cause) {
      throw unusable(path, cause);
    }
    return this.keep(file, wanted);
  }

  /** {@link take} for a file whose bytes were checked just now. */
  async keep(file: string, wanted: Pick<PackageBytes, 'sha256' | 'extension'>): Promise<string> {
    const path = this.path(wanted);
    try {
      await makeFolder(join(this.directory, 'packages'));
      await rename(file, path);
    } catch (cause) {
      throw unusable(path, cause);
    }
    return path;
  }

  /** Runs `use` with a folder of its own on the cache's file system, gone when `use` has ended. */
  async withTemporaryFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
    const parent = join(this.directory, PARTIAL);
    const onError = (cause: unknown): unknown => unusable(parent, cause);
    await makeFolder(parent).catch((cause: unknown) => {
      throw onError(cause);
    });
    return withTemporaryFolder(parent, use, { onError });
  }
}

/** Downloads under way. */
const PARTIAL = 'partial';

/** The folders of a cache in which a process that was killed may have left something. */
export function cacheFolders(directory: string): string[] {
  return [PARTIAL, 'machine', 'substitutes'].map((name) => join(directory, name));
}

/** Whether the file at `path` has just the wanted bytes. Hashing a package runs off the main thread. */
async function hasBytes(
  path: string,
  wanted: PackageBytes,
  signal?: AbortSignal,
): Promise<boolean> {
  const status = await stat(path);
  if (!status.isFile()) return false;
  // May have any size: more than fits into memory.
  if (wanted.sizeBytes === undefined) {
    return (await digestFile(path, status.size, signal)) === wanted.sha256;
  }
  if (status.size !== wanted.sizeBytes) return false;
  const digest = await webcrypto.subtle.digest('SHA-256', await readFile(path));
  return Buffer.from(digest).toString('hex') === wanted.sha256;
}

function unusable(path: string, cause: unknown): unknown {
  if (systemErrorCode(cause) === undefined || isOutOfResources(cause)) return cause;
  if (isOutOfRoom(cause)) {
    return new ZosiaError('ZOSIA_DISK_FULL', `no room in the cache for ${path}`, {
      hint: wording`Free some space, or set ${option('cacheDir')} to a folder on another disk.`,
      cause,
    });
  }
  const reason = systemReason(cause);
  return new ZosiaError('ZOSIA_CACHE_UNUSABLE', `the cache cannot be used: ${path}: ${reason}`, {
    hint: wording`Set ${option('cacheDir')} to a folder you may write to.`,
    cause,
  });
}
