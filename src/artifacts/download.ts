import { join } from 'node:path';
import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import type { Architecture } from './architectures.js';
import { mapBounded } from '../download/bounded.js';
import type { PackageCache } from './cache.js';
import type { Component, LockedPackage, PinnedPackage } from './lock.js';
import { rememberSubstitutes } from './substitutes.js';
import { PackageGoneError, downloadCorrupt } from './transport.js';
import type { Transport } from './transport.js';

/** How far one package's download is. */
export interface DownloadProgress {
  readonly component: Component;
  readonly name: string;
  /** Falls back when a download starts anew. */
  readonly receivedBytes: number;
  readonly sizeBytes: number;
  /** Set in a package's last event: its bytes were checked and are in the cache. */
  readonly done: boolean;
  /** Set while nothing is asked for because the other side wants a pause, which has just begun. */
  readonly waiting?: { readonly reason: string; readonly pauseMs: number } | undefined;
}

/** A package to use, be it the pinned one or what takes its place. */
export type ChosenPackage = PinnedPackage & {
  /**
   * Set if this is not the pinned package but what its suite has now. The pinned version is
   * undefined if nothing of that name was pinned.
   */
  readonly substituted?: { readonly pinnedVersion: string | undefined } | undefined;
};

export type FetchedPackage = ChosenPackage & {
  /** Absolute path of the `.deb`, whose bytes have just been checked. */
  readonly path: string;
};

export interface DownloaderOptions {
  readonly arch: Architecture;
  readonly frozen?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((event: DownloadProgress) => void) | undefined;
}

const PARALLEL_DOWNLOADS = 4;

/** Gets components through one transport into one cache. */
export class Downloader {
  readonly #options: DownloaderOptions;
  readonly #cache: PackageCache;
  readonly #transport: Transport;

  constructor(options: DownloaderOptions, cache: PackageCache, transport: Transport) {
    this.#options = options;
    this.#cache = cache;
    this.#transport = transport;
  }

  /** Gets components, all their packages side by side; then those anew of which one was gone. */
  async components(components: readonly (readonly PinnedPackage[])[]): Promise<FetchedPackage[][]> {
    const paths = await this.#packages(components.flat());
    const fetched: FetchedPackage[][] = [];
    for (const pinned of components) {
      const gone = pinned.find(({ sha256 }) => !paths.has(sha256));
      fetched.push(gone ? await this.#substitute(pinned, gone) : this.#located(pinned, paths));
    }
    return fetched;
  }

  /** Gets a component as its suite has it now: its packages depend on each other's versions. */
  async #substitute(
    pinned: readonly PinnedPackage[],
    gone: PinnedPackage,
  ): Promise<FetchedPackage[]> {
    const { arch, frozen, signal } = this.#options;
    if (frozen === true || !this.#transport.resolveCurrent) throw this.#pinGone(gone);
    const current = await this.#cache.withTemporaryFolder((folder) =>
      this.#transport.resolveCurrent!(gone.component, arch, folder, signal),
    );
    const chosen = markSubstitutes(current, pinned);
    const fetched = this.#located(chosen, await this.#packages(chosen));
    await rememberSubstitutes(this.#cache.directory, pinned, current);
    return fetched;
  }

  /** Gets packages; gives paths by sha256, without those that the other side does not have. */
  async #packages(wanted: readonly ChosenPackage[]): Promise<Map<string, string>> {
    const paths = new Map<string, string>();
    await this.#cache.withTemporaryFolder((folder) =>
      mapBounded(
        wanted,
        PARALLEL_DOWNLOADS,
        async (item, signal) => {
          const path = await this.#package(item, folder, signal);
          if (path !== undefined) paths.set(item.sha256, path);
        },
        this.#options.signal,
      ),
    );
    return paths;
  }

  async #package(
    wanted: ChosenPackage,
    folder: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { name, component, sizeBytes } = wanted;
    const report = (
      receivedBytes: number,
      done: boolean,
      more: Pick<DownloadProgress, 'waiting'> = {},
    ): void => {
      this.#options.onProgress?.({ component, name, receivedBytes, sizeBytes, done, ...more });
    };
    const cached = await this.#cache.find(wanted);
    if (cached !== undefined) return cached;
    const file = join(folder, wanted.sha256);
    report(0, false);
    try {
      await this.#transport.download(wanted, file, {
        signal,
        onBytes: (receivedBytes) => {
          report(receivedBytes, false);
        },
        onWait: (reason, pauseMs) => {
          report(0, false, { waiting: { reason, pauseMs } });
        },
      });
    } catch (error) {
      if (error instanceof PackageGoneError) return undefined;
      throw error;
    }
    const path = await this.#cache.take(file, wanted);
    if (path === undefined) {
      throw downloadCorrupt(wanted, this.#transport.source, 'its size or sha256 differs');
    }
    report(sizeBytes, true);
    return path;
  }

  #located(chosen: readonly ChosenPackage[], paths: Map<string, string>): FetchedPackage[] {
    return chosen.map((item) => {
      const path = paths.get(item.sha256);
      if (path === undefined) throw this.#pinGone(item);
      return { ...item, path };
    });
  }

  #pinGone({ name, version, suite }: ChosenPackage): ZosiaError {
    return new ZosiaError(
      'ZOSIA_PIN_GONE',
      `${name} ${version} (${suite}) has gone from ${this.#transport.source}`,
      {
        hint: this.#transport.resolveCurrent
          ? wording`Leave out ${option('frozen')} to use the current version of the same suite, or update zosia.`
          : 'Update zosia, whose lock then names a version that is there.',
      },
    );
  }
}

/** What a suite has now, each package with a note if it differs from the pinned one. */
export function markSubstitutes(
  current: readonly LockedPackage[],
  pinned: readonly PinnedPackage[],
): ChosenPackage[] {
  const { component } = pinned[0]!;
  return current.map((locked) => {
    if (pinned.some(({ sha256 }) => sha256 === locked.sha256)) return { ...locked, component };
    const pinnedVersion = pinned.find(({ name }) => name === locked.name)?.version;
    return { ...locked, component, substituted: { pinnedVersion } };
  });
}
