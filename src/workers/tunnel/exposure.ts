import { ZosiaError } from '../../errors.js';
import { isLoopback } from '../../host/loopback.js';
import { option, wording } from '../../wording.js';

export interface TunnelExposure {
  /** Where a worker listens. */
  readonly address: string;
  /** Whether both sides show their keys. */
  readonly hasKeys: boolean;
  /** From where connections are taken, as far as somebody has said so. */
  readonly allow: readonly string[] | undefined;
}

/**
 * Refuses to be reached by other hosts without keys, and without being told by which: what listens in the guest
 * trusts everybody.
 *
 * @throws ZosiaError `ZOSIA_WORKER_EXPOSED`
 */
export function checkTunnelExposure({ address, hasKeys, allow = [] }: TunnelExposure): void {
  if (isLoopback(address)) return;
  const [lacks, remedy] = hasKeys
    ? ['to be told which ones', wording`name them by ${option('allow', '192.168.1.0/24')}`]
    : ['keys on both sides', wording`name the keys that may connect by ${option('peers')}`];
  if (hasKeys && allow.length > 0) return;
  throw new ZosiaError(
    'ZOSIA_WORKER_EXPOSED',
    `other hosts can reach ${JSON.stringify(address)}, which needs ${lacks}`,
    { hint: wording`Listen on 127.0.0.1; or ${remedy}.` },
  );
}
