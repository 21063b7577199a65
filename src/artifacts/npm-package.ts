import { readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { ZosiaError } from '../errors.js';
import { PackageCache } from './cache.js';
import type { PackageBytes } from './cache.js';

/** A package of the npm registry, pinned to its very bytes. */
export interface PinnedNpmPackage extends PackageBytes {
  readonly version: string;
  readonly sizeBytes: number;
}

export interface NpmFetchOptions {
  readonly cacheDir: string;
  /** Folders in which npm is looked for. */
  readonly searchPath: readonly string[];
  /** Nothing but the cache may be used. */
  readonly offline?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches a package into the cache with the host's npm, which knows the user's registry and proxy; one that
 * is there already is only checked.
 *
 * @returns the path of its tarball
 * @throws ZosiaError `ZOSIA_OFFLINE`, `ZOSIA_DOWNLOAD_FAILED`, `ZOSIA_DOWNLOAD_CORRUPT`, and those of
 *   `PackageCache`; the signal's reason when cancelled
 */
export async function fetchNpmPackage(
  wanted: PinnedNpmPackage,
  { cacheDir, searchPath, offline = false, signal }: NpmFetchOptions,
): Promise<string> {
  signal?.throwIfAborted();
  const cache = new PackageCache(cacheDir);
  const cached = await cache.find(wanted);
  if (cached !== undefined) return cached;
  const what = `${wanted.name} ${wanted.version}`;
  if (offline) {
    throw new ZosiaError('ZOSIA_OFFLINE', `not in the cache: ${what}`, {
      hint: 'Run the same command once while online.',
    });
  }
  return cache.withTemporaryFolder(async (folder) => {
    const { execa } = await import('execa');
    const args = ['pack', `${wanted.name}@${wanted.version}`, '--silent', '--dry-run=false'];
    const { failed, shortMessage, all } = await execa(
      'npm',
      [...args, '--pack-destination', folder],
      {
        env: { PATH: searchPath.join(delimiter) },
        stdin: 'ignore',
        all: true,
        reject: false,
        ...(signal ? { cancelSignal: signal } : {}),
      },
    );
    signal?.throwIfAborted();
    const name = (await readdir(folder)).find((each) => each.endsWith('.tgz'));
    if (failed || name === undefined) {
      throw new ZosiaError(
        'ZOSIA_DOWNLOAD_FAILED',
        `npm does not bring ${what}: ${npmReason(all, shortMessage)}`,
        { hint: `Check that "npm view ${wanted.name}" works on this machine.` },
      );
    }
    const path = await cache.take(join(folder, name), wanted);
    if (path !== undefined) return path;
    throw new ZosiaError('ZOSIA_DOWNLOAD_CORRUPT', `npm brings other bytes than pinned: ${what}`, {
      hint: 'Check which registry npm uses, then run the same command again.',
    });
  });
}

/** What npm says last but where its own log is; nothing, with --silent, when npm itself is missing. */
function npmReason(output: string, shortMessage: string | undefined): string {
  const lines = output.split('\n').filter((line) => line !== '' && !line.includes('debug-0.log'));
  return (lines[0] ?? shortMessage?.split('\n')[0] ?? 'it brings no file').trim();
}
