import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { reachWorkers } from '../../../src/workers/head/reach-workers.js';
import { parsePeers } from '../../../src/workers/keys/peers.js';
import { generateWorkerKey } from '../../../src/workers/keys/worker-key.js';
import { zosiaError } from '../../support/errors.js';
import { parseWorkers } from '../../../src/workers/plan/worker-list.js';

const never = new AbortController().signal;
const noKey = (): Promise<never> => Promise.reject(new Error('no key is needed'));

describe('reachWorkers', () => {
  it('connects to the worker that is asked for, in the order of the list', async () => {
    const servers = ['first', 'second'].map((name) =>
      createServer((socket) => socket.end(name)).listen(0, '127.0.0.1'),
    );
    await Promise.all(servers.map((server) => once(server, 'listening')));
    const ports = servers.map((server) => (server.address() as AddressInfo).port);
    const list = ports.map((port) => `127.0.0.1:${port}`).join(',');
    const { count, open } = reachWorkers(parseWorkers(list), {
      key: noKey,
      onFailed: () => undefined,
    });
    expect(count).toBe(2);
    for (const [index, name] of ['first', 'second'].entries()) {
      const stream = await open(index, never);
      const pieces = await stream.toArray();
      expect(Buffer.concat(pieces as Buffer[]).toString()).toBe(name);
    }
    for (const server of servers) server.close();
  });

  it('refuses at once a worker without a key of its own, or beyond this host without keys', () => {
    const options = { key: noKey, onFailed: () => undefined };
    const peers = parsePeers(`${generateWorkerKey().fingerprint} box\n`, 'peers');
    for (const list of ['box', 'box:50060', 'box=16GiB']) {
      expect(() => reachWorkers(parseWorkers(list), { ...options, peers })).not.toThrow();
    }
    expect(() => reachWorkers(parseWorkers('other'), { ...options, peers })).toThrow(
      zosiaError('ZOSIA_WORKER_PEER_UNKNOWN'),
    );
    expect(() => reachWorkers(parseWorkers('box'), options)).toThrow(
      zosiaError('ZOSIA_WORKER_EXPOSED'),
    );
  });

  it('tells why one cannot be reached', async () => {
    const failed: [string, unknown][] = [];
    // Nobody listens there.
    const { open } = reachWorkers(parseWorkers('127.0.0.1:1'), {
      key: noKey,
      onFailed: (name, error) => failed.push([name, error]),
    });
    await expect(open(0, never)).rejects.toMatchObject({ code: 'ZOSIA_WORKER_UNREACHABLE' });
    expect(failed).toEqual([
      ['127.0.0.1:1', expect.objectContaining({ code: 'ZOSIA_WORKER_UNREACHABLE' })],
    ]);
  });
});
