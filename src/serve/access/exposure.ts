import { ZosiaError } from '../../errors.js';
import { isLoopback } from '../../host/loopback.js';
import { option, wording } from '../../wording.js';

export interface Exposure {
  /** Where it listens: an address, or a name. */
  readonly host: string;
  /** Whether only who has a key is answered. */
  readonly hasKey: boolean;
  /** Whether it speaks TLS. */
  readonly tls: boolean;
  /** Whether the user has said in so many words that it may do without TLS. */
  readonly insecure: boolean;
}

/**
 * Refuses to be reached by other hosts without a key; and without TLS, unless the user said so.
 *
 * @throws ZosiaError `ZOSIA_SERVE_EXPOSED`
 */
export function checkExposure({ host, hasKey, tls, insecure }: Exposure): void {
  const isReadable = !tls && !insecure;
  if (isLoopback(host) || (hasKey && !isReadable)) return;
  const certificate = wording`give a certificate by ${option('tlsCert')} and ${option('tlsKey')}`;
  const [lacks, remedy] = hasKey
    ? [
        'TLS: keys and conversations would be readable on the way',
        wording`${certificate}; or allow it in so many words by ${option('insecure')}`,
      ]
    : isReadable
      ? [
          'a key and TLS: everybody there could use it, and read along',
          wording`let it have a key, and ${certificate}`,
        ]
      : ['a key: everybody there could use it', 'let it have a key'];
  throw new ZosiaError(
    'ZOSIA_SERVE_EXPOSED',
    `other hosts can reach ${JSON.stringify(host)}, which needs ${lacks}`,
    { hint: wording`Listen on 127.0.0.1; or ${remedy}.` },
  );
}
