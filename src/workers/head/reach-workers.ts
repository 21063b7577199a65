import { checkReach, dialTunnel } from '../tunnel/dial-tunnel.js';
import { keysOfPeer } from '../keys/peers.js';
import type { Peer } from '../keys/peers.js';
import type { WorkerKey } from '../keys/worker-key.js';
import type { WorkerAddress } from '../plan/worker-list.js';
import type { Workers } from '../../machine/machine.js';

export interface ReachWorkersOptions {
  /** The keys that workers may have; without them workers of this host alone. */
  readonly peers?: readonly Peer[] | undefined;
  /** What this host shows; asked for when a worker is first reached. */
  readonly key: () => Promise<WorkerKey>;
  /** Told why a worker cannot be reached: its guest only hears that it has hung up. */
  readonly onFailed: (name: string, error: unknown) => void;
  /** Told of a worker that has been reached, and does not answer: another head may have it. */
  readonly onSilent?: ((name: string) => void) | undefined;
}

/**
 * The workers of a machine, as it reaches them: through a tunnel each.
 *
 * @throws ZosiaError `ZOSIA_WORKER_PEER_UNKNOWN`, `ZOSIA_WORKER_EXPOSED`: before anybody is reached
 */
export function reachWorkers(
  addresses: readonly WorkerAddress[],
  { peers, key, onFailed, onSilent }: ReachWorkersOptions,
): Workers {
  const allowed = addresses.map(({ name, host }) => {
    checkReach({ host, name, hasKeys: peers !== undefined });
    return peers && keysOfPeer(peers, name, host);
  });
  return {
    count: addresses.length,
    onSilent: (index) => onSilent?.(addresses[index]!.name),
    async open(index, signal) {
      const { name, host, port } = addresses[index]!;
      const keys = allowed[index];
      try {
        const own = keys && (await key());
        const tunnel = await dialTunnel({ host, port, name, key: own, peers: keys, signal });
        tunnel.on('error', (error) => {
          if (!signal.aborted) onFailed(name, error);
        });
        return tunnel;
      } catch (error) {
        if (!signal.aborted) onFailed(name, error);
        throw error;
      }
    },
  };
}
