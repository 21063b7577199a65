import { httpTransport } from './http-transport.js';
import type { HttpOptions } from './http-transport.js';
import type { Lock } from './lock.js';
import type { Transport } from './transport.js';

/** The archive keeps every state of Debian's archive under the time of that state. */
const BASE_URL = 'https://snapshot.debian.org/archive/debian/';

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
      baseUrl: ({ suite }) => `${baseUrl}${snapshot[suite]}/`,
    },
    options,
  );
}
