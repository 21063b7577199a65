import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import { generateWorkerKey } from '../../../src/workers/keys/worker-key.js';
import { dialTunnel } from '../../../src/workers/tunnel/dial-tunnel.js';
import type { DialTunnelOptions } from '../../../src/workers/tunnel/dial-tunnel.js';
import { listenTunnel } from '../../../src/workers/tunnel/listen-tunnel.js';
import type {
  ListenTunnelOptions,
  ListeningTunnel,
} from '../../../src/workers/tunnel/listen-tunnel.js';

export const WORKER = generateWorkerKey();
export const HEAD = generateWorkerKey();

/** A server on loopback, until the test is over. */
export async function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    onSocket(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as AddressInfo).port;
}

/** What listens in the guest, and says again whatever it is told. */
export const echo = (socket: Socket): void => void socket.pipe(socket);

export interface TestTunnel {
  readonly tunnel: ListeningTunnel;
  readonly notes: string[];
  /** How often the guest was connected to. */
  readonly guests: Socket[];
}

/** A worker on loopback, whose guest is `guest`. */
export async function startTunnel(
  options: Partial<ListenTunnelOptions> = {},
  guest: (socket: Socket) => void = echo,
): Promise<TestTunnel> {
  const notes: string[] = [];
  const guests: Socket[] = [];
  const port = await serve(guest);
  const tunnel = await listenTunnel({
    address: '127.0.0.1',
    port: 0,
    key: WORKER,
    peers: [{ fingerprint: HEAD.fingerprint, name: 'test-head' }],
    open: async () => {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      await once(socket, 'connect');
      guests.push(socket);
      return socket;
    },
    onNote: (note) => notes.push(note),
    ...options,
  });
  onTestFinished(() => tunnel.close());
  return { tunnel, notes, guests };
}

/** Connects with the key that the worker allows, to the worker that the head allows. */
export async function dial(
  port: number,
  options: Partial<DialTunnelOptions> = {},
): Promise<Duplex> {
  const stream = await dialTunnel({
    host: '127.0.0.1',
    port,
    key: HEAD,
    peers: [WORKER.fingerprint],
    ...options,
  });
  onTestFinished(() => void stream.destroy());
  return stream;
}

/** All that a stream says until its end. It can be written to after that: an iterator would destroy it. */
export function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  return new Promise((resolve, reject) => {
    stream
      .on('data', (chunk: Uint8Array) => chunks.push(chunk))
      .once('end', () => {
        resolve(Buffer.concat(chunks));
      })
      .once('error', reject);
  });
}

/** What a stream fails with. */
export function failureOf(stream: Duplex): Promise<unknown> {
  return new Promise((resolve) => {
    stream.once('error', resolve).resume();
  });
}
