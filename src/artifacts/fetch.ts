import { ZosiaError } from '../errors.js';
import type { Architecture } from './architectures.js';
import { debianMirrorBase } from './apt-mirror.js';
import { aptTransport } from './apt-transport.js';
import { hasApt, runApt } from './apt.js';
import { PackageCache } from './cache.js';
import { Downloader, markSubstitutes } from './download.js';
import type { ChosenPackage, DownloadProgress, FetchedPackage } from './download.js';
import { GUEST_COMPONENTS, lockedPackages, readLock } from './lock.js';
import type { Component, Lock, PinnedPackage } from './lock.js';
import { mirrorUrl } from './named-mirror.js';
import { recallSubstitutes } from './substitutes.js';
import type { Transport } from './transport.js';

export type { Component } from './lock.js';
export type { DownloadProgress, FetchedPackage } from './download.js';

export interface FetchOptions {
  readonly arch: Architecture;
  /** That of a guest by default: llama.cpp. Its kernel ships with zosia. */
  readonly components?: readonly Component[] | undefined;
  /** Nothing but the pinned versions will do. */
  readonly frozen?: boolean | undefined;
  /** Nothing but the cache may be used. */
  readonly offline?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: DownloadProgress) => void) | undefined;
  /** Called with a line that the user should see; by default it becomes a warning of the process. */
  readonly warn?: ((message: string) => void) | undefined;
  /** Where verified packages are kept: `hostFolders(process.env).cacheDirectory` is the usual place. */
  readonly cacheDir: string;
  /** The address of a mirror of Debian's archive to be asked first. */
  readonly mirror?: string | undefined;
}

/** What a fetch stands on; by default all of it is as zosia ships it and the host has it. */
export interface FetchSources {
  readonly lock?: Lock | undefined;
  readonly openTransport?: ((context: TransportContext) => Promise<Transport>) | undefined;
}

export interface TransportContext {
  readonly lock: Lock;
  readonly cache: PackageCache;
  readonly warn: (message: string) => void;
  readonly mirror?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches prebuilt components into the cache: what is there already is only checked, the rest is
 * downloaded in parallel and checked. Where a pinned version has gone from the mirror of the
 * host's apt, the whole component is taken as its suite has it now, with a warning.
 *
 * @returns the packages, component by component
 * @throws ZosiaError `ZOSIA_CACHE_CORRUPT`, `ZOSIA_CACHE_UNUSABLE`, `ZOSIA_DISK_FULL`,
 *   `ZOSIA_DOWNLOAD_CORRUPT`, `ZOSIA_DOWNLOAD_FAILED`, `ZOSIA_LOCK_INVALID`, `ZOSIA_PIN_GONE`,
 *   `ZOSIA_OFFLINE`, `ZOSIA_APT_FAILED`, `ZOSIA_BAD_OPTION` (of `mirror`); the signal's reason when cancelled
 */
export async function fetchComponents(
  options: FetchOptions,
  sources: FetchSources = {},
): Promise<FetchedPackage[]> {
  const { arch, components = GUEST_COMPONENTS, frozen = false, offline = false, signal } = options;
  const { warn = defaultWarn } = options;
  signal?.throwIfAborted();
  const lock = sources.lock ?? (await readLock());
  const cache = new PackageCache(options.cacheDir);
  const states = await Promise.all(
    components.map((component) =>
      findComponent(cache, lockedPackages(lock, arch, [component]), frozen),
    ),
  );
  const incomplete = states.filter(({ missing }) => missing.length > 0);
  if (incomplete.length > 0) {
    if (offline) throw notCached(incomplete.flatMap(({ missing }) => missing));
    const open = sources.openTransport ?? openTransport;
    const transport = await open({
      lock,
      cache,
      warn,
      mirror: options.mirror,
      signal,
    });
    try {
      const downloader = new Downloader(options, cache, transport);
      const fetched = await downloader.components(incomplete.map(({ pinned }) => pinned));
      for (const [index, state] of incomplete.entries()) state.found = fetched[index]!;
    } finally {
      await transport.close();
    }
  }
  const packages = states.flatMap(({ found }) => found);
  for (const line of substitutionWarnings(packages)) warn(line);
  return packages;
}

interface ComponentState {
  readonly pinned: readonly PinnedPackage[];
  readonly missing: readonly ChosenPackage[];
  found: FetchedPackage[];
}

/** Looks for a component in the cache: the pinned packages, else what took their place last time. */
async function findComponent(
  cache: PackageCache,
  pinned: readonly PinnedPackage[],
  frozen: boolean,
): Promise<ComponentState> {
  const asPinned = { pinned, ...(await findAll(cache, pinned)) };
  if (asPinned.missing.length === 0 || frozen) return asPinned;
  const substitutes = await recallSubstitutes(cache.directory, pinned);
  if (substitutes === undefined) return asPinned;
  const substituted = await findAll(cache, markSubstitutes(substitutes, pinned));
  return substituted.missing.length === 0 ? { pinned, ...substituted } : asPinned;
}

async function findAll(
  cache: PackageCache,
  packages: readonly ChosenPackage[],
): Promise<Omit<ComponentState, 'pinned'>> {
  const paths = await Promise.all(packages.map((wanted) => cache.find(wanted)));
  const found: FetchedPackage[] = [];
  const missing: ChosenPackage[] = [];
  for (const [index, wanted] of packages.entries()) {
    const path = paths[index];
    if (path === undefined) missing.push(wanted);
    else found.push({ ...wanted, path });
  }
  return { found, missing };
}

/** The mirror that was named, if any; then what the host has. */
async function openTransport(context: TransportContext): Promise<Transport> {
  const openRest = (): Promise<Transport> => openHostTransport(context);
  if (context.mirror === undefined) return openRest();
  const baseUrl = mirrorUrl(context.mirror);
  const { MirrorFirst } = await import('./mirror-first.js');
  return new MirrorFirst({ baseUrl, openRest, warn: context.warn });
}

/** The host's own apt where that knows Debian's archive, else the snapshot archive. */
async function openHostTransport({ lock, cache, signal }: TransportContext): Promise<Transport> {
  if (await hasApt()) {
    const baseUri = await cache.withTemporaryFolder((folder) =>
      debianMirrorBase(folder, runApt, signal),
    );
    if (baseUri !== undefined) return aptTransport({ baseUri, run: runApt });
  }
  // Loading an HTTP client takes longer than all of a run from the cache.
  const { snapshotTransport } = await import('./snapshot-transport.js');
  return snapshotTransport({ snapshot: lock.snapshot });
}

function substitutionWarnings(packages: readonly FetchedPackage[]): string[] {
  return packages.flatMap(({ name, version, suite, substituted }) =>
    substituted === undefined
      ? []
      : [
          `NOT AS PINNED: using ${name} ${version}, which ${suite} has now, instead of ` +
            `${substituted.pinnedVersion ?? 'another package'}, which has gone from the mirror`,
        ],
  );
}

function defaultWarn(message: string): void {
  process.emitWarning(message);
}

function notCached(missing: readonly ChosenPackage[]): ZosiaError {
  return new ZosiaError(
    'ZOSIA_OFFLINE',
    `not in the cache: ${missing.map(({ name }) => name).join(', ')}`,
    { hint: `Run "${commandFor(missing)}" once while online.` },
  );
}

/** The command that fetches components; without names it fetches those of a guest. */
function commandFor(missing: readonly ChosenPackage[]): string {
  const components = [...new Set(missing.map(({ component }) => component))];
  const isDefault = components.every((each) => GUEST_COMPONENTS.includes(each));
  return ['zosia fetch', ...(isDefault ? [] : components)].join(' ');
}
