import { ZosiaError } from '../errors.js';
import type { Architecture } from '../artifacts/architectures.js';
import { PackageCache } from '../artifacts/cache.js';
import { fetchComponents } from '../artifacts/fetch.js';
import type { FetchOptions } from '../artifacts/fetch.js';
import { COMPONENTS, lockedPackages, readLock } from '../artifacts/lock.js';
import type { Lock, PinnedPackage } from '../artifacts/lock.js';

/** A package that an image's manifest names, and where its bytes are. */
export interface NamedPackage {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
  /** As the lock has it; undefined for one that it has not. */
  readonly locked?: PinnedPackage | undefined;
  /** Where it lies in the cache, checked just now; undefined where it is not there and was not fetched. */
  readonly path?: string | undefined;
}

export interface PackageSourceOptions extends Pick<
  FetchOptions,
  'cacheDir' | 'mirror' | 'offline' | 'signal' | 'warn' | 'onProgress'
> {
  /** The one that ships with zosia unless given. */
  readonly lock?: Lock | undefined;
}

/** An input with a version is a package of Debian's: files and what ships with zosia have none. */
type Input = {
  readonly name: string;
  readonly version?: string | undefined;
  readonly sha256: string;
};

/**
 * Finds the packages among an image's inputs. Those that the lock has and the cache has not are fetched, unless
 * that must not be.
 *
 * @throws ZosiaError as `fetchComponents`, but for `ZOSIA_OFFLINE`
 */
export async function findPackages(
  inputs: readonly Input[],
  arch: Architecture,
  options: PackageSourceOptions,
): Promise<NamedPackage[]> {
  const lock = options.lock ?? (await readLock());
  const pinned = lockedPackages(lock, arch, COMPONENTS);
  const cache = new PackageCache(options.cacheDir);
  const look = async (): Promise<NamedPackage[]> => {
    const found: NamedPackage[] = [];
    for (const { name, version, sha256 } of inputs) {
      if (version === undefined) continue;
      const locked = pinned.find((each) => each.name === name && each.sha256 === sha256);
      const path = await cache.find({ name, sha256, sizeBytes: locked?.sizeBytes }, options.signal);
      found.push({ name, version, sha256, locked, path });
    }
    return found;
  };
  const found = await look();
  const missing = found.flatMap(({ path, locked }) => (path === undefined && locked ? locked : []));
  if (missing.length === 0 || options.offline) return found;
  const components = [...new Set(missing.map(({ component }) => component))];
  await fetchComponents({ ...options, arch, components, frozen: true }, { lock });
  return look();
}

/** @throws ZosiaError `ZOSIA_OFFLINE` naming the packages that are not in the cache */
export function requireAll(packages: readonly NamedPackage[]): void {
  const missing = packages.filter(({ path }) => path === undefined).map(({ name }) => name);
  if (missing.length === 0) return;
  throw new ZosiaError('ZOSIA_OFFLINE', `not in the cache: ${missing.join(', ')}`, {
    hint: 'Run the same command once while online, or build the image anew from packages that can be had.',
  });
}
