import { httpTransport } from './http-transport.js';
import type { HttpOptions } from './http-transport.js';
import type { Lock } from './lock.js';
import type { Transport } from './transport.js';

/** The archive keeps every state of Debian's archive under the time of that state. */
const BASE_URL = 'https://snapshot.debian.org/archive/debian/';

/**
 * The base of a state of Debian's archive, ending in `/`.
 *
 * @param time `20261030T140801Z`; of one between two states, it leads on to the one before
 */
export const snapshotUrl = (time: string, baseUrl: string = BASE_URL): string =>
  `${baseUrl}${time}/`;

export interface SnapshotTransportOptions extends HttpOptions {
  readonly snapshot: Lock['snapshot'];
  readonly baseUrl?: string | undefined;
}

/** Downloads from the snapshot archive, each package out of its suite's pinned state. */
export function snapshotTransport({
  snapshot,
  baseUrl = BASE_URL,
  ...options
}: SnapshotTransportOptions): Transport {
  return httpTransport(
    {
      name: 'the Debian snapshot archive',
      host: new URL(baseUrl).host,
      baseUrl: ({ suite }) => snapshotUrl(snapshot[suite], baseUrl),
    },
    options,
  );
}
