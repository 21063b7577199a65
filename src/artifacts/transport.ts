import { ZosiaError } from '../errors.js';
import { option, wording } from '../wording.js';
import type { Text } from '../wording.js';
import type { Architecture } from './architectures.js';
import type { Component, LockedPackage } from './lock.js';

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /**
   * Called with the number of bytes that have arrived so far, which falls back when a try starts anew; and
   * with how many there will be, where the other side says (NaN where it does not).
   */
  readonly onBytes?: ((receivedBytes: number, totalBytes?: number) => void) | undefined;
  /** Called before a pause that the other side asks for. */
  readonly onWait?: ((reason: string, pauseMs: number) => void) | undefined;
}

/** A way of getting packages. */
export interface Transport {
  /** What messages call the other side: `the mirror of this host's apt`. */
  readonly source: string;

  /**
   * Downloads a package to `file`, which does not exist yet. It never writes much more than the
   * package's size, but leaves checking the bytes to the caller.
   *
   * @throws PackageGoneError if the other side answers that it has no such file; ZosiaError
   *   `ZOSIA_DOWNLOAD_FAILED`, `ZOSIA_DOWNLOAD_CORRUPT` (size or bytes), `ZOSIA_DISK_FULL`
   */
  download(wanted: LockedPackage, file: string, options: DownloadOptions): Promise<void>;

  /**
   * The packages that make up a component in its suite now. Absent where the other side keeps
   * every version, so that there is nothing to fall back on.
   *
   * @param folder an empty folder to work in
   */
  readonly resolveCurrent?:
    | ((
        component: Component,
        architecture: Architecture,
        folder: string,
        signal?: AbortSignal,
      ) => Promise<LockedPackage[]>)
    | undefined;

  /** Ends connections that are kept open. */
  close(): Promise<void>;
}

/** The other side works, but has no such file (any more). */
export class PackageGoneError extends Error {
  override readonly name = 'PackageGoneError';
}

/**
 * A pool path as part of a URL. Pluses are escaped, as apt does itself, because some servers take
 * a plain one for a space.
 */
export function escapePoolPath({ poolPath }: Pick<LockedPackage, 'poolPath'>): string {
  return poolPath.split('/').map(encodeURIComponent).join('/');
}

/** What to do; after the first what to do without the options that it speaks of. */
export type Hints = Text | readonly [Text, ...Text[]];

const NETWORK_HINTS: Hints = [
  wording`Check the network connection and proxy settings, or name a mirror with ${option('mirror')}, then run the same command again.`,
  'Check the network connection and proxy settings, then run the same command again.',
];

export function downloadFailed(
  wanted: LockedPackage,
  source: string,
  reason: string,
  { cause, hint = NETWORK_HINTS }: { cause?: unknown; hint?: Hints | undefined } = {},
): ZosiaError {
  return new ZosiaError(
    'ZOSIA_DOWNLOAD_FAILED',
    `cannot download ${wanted.name} from ${source}: ${reason}`,
    { hint, cause },
  );
}

export function downloadCorrupt(wanted: LockedPackage, source: string, what: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_DOWNLOAD_CORRUPT',
    `${wanted.poolPath} from ${source} is not the pinned file: ${what}`,
    {
      hint: 'Nothing of it was kept. Try again; if it happens again, the source or a proxy on the way changes files.',
    },
  );
}

export function diskFull(wanted: LockedPackage, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_DISK_FULL', `no room in the cache for ${wanted.name}`, {
    hint: wording`Free some space, or set ${option('cacheDir')} to a folder on another disk.`,
    cause,
  });
}
