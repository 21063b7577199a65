import { once } from 'node:events';
import { createServer, isIPv6 } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { ZosiaError, systemErrorCode } from '../../errors.js';
import { option, wording } from '../../wording.js';
import type { ListenTarget } from './listen-targets.js';

export interface ListenAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** Where a server listens. */
export interface Listening {
  readonly addresses: readonly AddressInfo[];
  /** How many connections there are now. */
  readonly connections: () => Promise<number>;
  /** Takes no connections any more; those that there are stay. */
  readonly close: () => void;
}

/**
 * Has a server listen at an address.
 *
 * @throws ZosiaError `ZOSIA_SERVE_PORT_TAKEN`, `ZOSIA_SERVE_CANNOT_LISTEN`
 */
export async function listenAt(server: Server, { host, port }: ListenAddress): Promise<Listening> {
  try {
    server.listen({ host, port, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(error, host, port);
  }
  return listening([server]);
}

/**
 * Has a server take the connections of sockets that listen already. The server itself listens on the first: what
 * bounds slow clients begins with that.
 *
 * @throws ZosiaError `ZOSIA_LISTEN_FDS_INVALID` for one that is not of IP; then none is listened on
 */
export async function listenOn(
  server: Server,
  targets: readonly ListenTarget[],
): Promise<Listening> {
  const doors: Server[] = [];
  try {
    for (const { fd } of targets) {
      const door = doors.length === 0 ? server : doorTo(server);
      door.listen({ fd });
      await once(door, 'listening');
      doors.push(door);
      // Of a Unix socket that it did not make itself Node knows none.
      if (typeof door.address() === 'string' || !door.address()) throw notOfIp(fd);
    }
  } catch (error) {
    for (const door of doors) door.close();
    throw error;
  }
  return listening(doors);
}

function doorTo(server: Server): Server {
  const door = createServer((socket) => server.emit('connection', socket));
  door.maxConnections = server.maxConnections;
  return door;
}

function listening(doors: readonly Server[]): Listening {
  return {
    addresses: doors.map((door) => door.address() as AddressInfo),
    async connections() {
      const counts = await Promise.all(doors.map(connectionsOf));
      return counts.reduce((sum, count) => sum + count, 0);
    },
    close() {
      for (const door of doors) door.close();
    },
  };
}

const connectionsOf = (door: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    door.getConnections((error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });

/** The URL of where a server listens, as somebody on this host opens it. */
export function urlOf({ address, port }: AddressInfo, isTls: boolean): string {
  const everywhere: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  const host = everywhere[address] ?? address;
  return `${isTls ? 'https' : 'http'}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function cannotListen(error: unknown, host: string, port: number): ZosiaError {
  const where = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  switch (systemErrorCode(error)) {
    case 'EADDRINUSE':
      return new ZosiaError('ZOSIA_SERVE_PORT_TAKEN', `another program listens on ${where}`, {
        hint: wording`End it, or give another port with ${option('port')}; 0 takes any that is free.`,
        cause: error,
      });
    case 'EACCES':
      return cannot(where, 'this user may not', error, 'Give a port from 1024 on');
    case 'EADDRNOTAVAIL':
      return cannot(where, 'this host has no such address', error, 'Give one that it has');
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return cannot(where, 'the name stands for no address', error, 'Give an address');
    default:
      return cannot(where, (error as Error).message, error, 'Give another address');
  }
}

const cannot = (where: string, why: string, cause: unknown, what: string): ZosiaError =>
  new ZosiaError('ZOSIA_SERVE_CANNOT_LISTEN', `cannot listen on ${where}: ${why}`, {
    hint: wording`${what}, with ${option('host')} or ${option('port')}.`,
    cause,
  });

const notOfIp = (fd: number): ZosiaError =>
  new ZosiaError(
    'ZOSIA_LISTEN_FDS_INVALID',
    `what systemd hands over cannot be used: descriptor ${fd} has no address of IP`,
    { hint: 'Give the socket unit a ListenStream= with an address and a port.' },
  );
