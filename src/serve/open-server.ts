import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildApi } from './api/app.js';
import { ServeMetrics } from './api/metrics.js';
import type { ApiOptions } from './api/options.js';
import { addPage } from './add-page.js';
import { listenAt, listenOn } from './listen/listen.js';
import type { ListenAddress } from './listen/listen.js';
import type { ListenTarget } from './listen/listen-targets.js';
import { PoolBackend } from './machines/pool-backend.js';
import type { PoolBackendOptions } from './machines/pool-backend.js';

export interface ServeOptions
  extends
    Omit<ApiOptions, 'backend' | 'metrics' | 'memoryMiB' | 'allowedHosts'>,
    PoolBackendOptions {
  /** Where it listens; sockets that are handed over count for more. */
  readonly listen: ListenAddress;
  readonly handedOver?: readonly ListenTarget[] | undefined;
  /** Names that requests may be for, by where it listens; any if there are none. */
  readonly allowedHosts?:
    ((addresses: readonly AddressInfo[]) => readonly string[] | undefined) | undefined;
  /** Refuses where it listens, before anybody is answered. @throws what is wrong with it */
  readonly checkAddress?: ((address: AddressInfo) => void) | undefined;
}

/** A server of models that listens. */
export interface ModelServer {
  readonly addresses: readonly AddressInfo[];
  readonly backend: PoolBackend;
  /** Whether there is a client, or a machine. */
  readonly isBusy: () => Promise<boolean>;
  /** Ends all requests, and all machines. */
  readonly close: () => Promise<void>;
}

/**
 * Opens a server of models: the API and the chat page, with a pool of machines behind them.
 *
 * @throws ZosiaError as `listenAt`, `listenOn` and `pageFiles`; what `checkAddress` throws
 */
export async function openServer(options: ServeOptions): Promise<ModelServer> {
  const { handedOver = [], checkAddress, onWoken } = options;
  const metrics = new ServeMetrics();
  const backend = new PoolBackend({
    ...options,
    onWoken(model, durationMs) {
      metrics.woken(model, durationMs);
      onWoken?.(model, durationMs);
    },
  });
  const { pool } = backend;
  // Nobody asks before it listens.
  let hosts: readonly string[] | undefined = [];
  const app = await buildApi({
    ...options,
    backend,
    metrics,
    memoryMiB: () => pool.memoryMiB,
    allowedHosts: () => hosts,
  });
  await addPage(app);
  await app.ready();
  const server: Server = app.server;
  const listening =
    handedOver.length > 0
      ? await listenOn(server, handedOver)
      : await listenAt(server, options.listen);
  hosts = options.allowedHosts?.(listening.addresses);
  const close = async (): Promise<void> => {
    listening.close();
    server.closeAllConnections();
    await Promise.all([app.close(), pool.close()]);
  };
  try {
    for (const address of listening.addresses) checkAddress?.(address);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    addresses: listening.addresses,
    backend,
    isBusy: async () => pool.size > 0 || (await listening.connections()) > 0,
    close,
  };
}
