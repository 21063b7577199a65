import { constants } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import { ZosiaError, systemErrorCode } from '../../errors.js';
import { systemReason } from '../../host/system-errors.js';
import type { Peer } from '../keys/peers.js';
import type { WorkerKey } from '../keys/worker-key.js';
import { checkTunnelExposure } from './exposure.js';
import { Handshakes, TUNNEL_LIMITS } from './limits.js';
import type { TunnelLimits } from './limits.js';
import { limitedNotes } from './notes.js';
import { GuestDoor } from './guest-door.js';
import type { OpenGuest } from './guest-door.js';
import { LOOPBACK_RANGES, allowedSources, plainAddress } from './source-addresses.js';
import { tlsOptions } from './tls-identity.js';

export interface ListenTunnelOptions {
  /** An address of this host, or a name of one. */
  readonly address: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** What this worker shows. Without it bytes pass as they are, from this host alone: there is no tunnel. */
  readonly key?: WorkerKey | undefined;
  /** Whose keys are allowed; only with `key`. */
  readonly peers?: readonly Peer[] | undefined;
  /** From where connections are taken, as addresses and ranges of them (CIDR); this host alone unless given. */
  readonly allow?: readonly string[] | undefined;
  /** Connects to what listens in the guest, once for each connection. */
  readonly open: OpenGuest;
  readonly limits?: Partial<TunnelLimits> | undefined;
  /** Told of connections that were refused or have failed, a few a minute at most. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Closes it, and all connections. */
  readonly signal?: AbortSignal | undefined;
}

export interface ListeningTunnel {
  /** As the system has it. */
  readonly address: string;
  readonly port: number;
  /** How many connections of allowed keys there are. */
  readonly connections: number;
  /** Ends all connections; resolves when none is left. */
  readonly close: () => Promise<void>;
}

/**
 * Listens for heads, and connects those whose keys are allowed with what listens in the guest. Everybody else is
 * refused before a byte reaches it: other addresses before TLS, other keys after it.
 *
 * @throws ZosiaError `ZOSIA_WORKER_EXPOSED`, `ZOSIA_WORKER_ALLOW_INVALID`, `ZOSIA_WORKER_CANNOT_LISTEN`
 */
export async function listenTunnel(options: ListenTunnelOptions): Promise<ListeningTunnel> {
  const { address, key, peers, allow, signal } = options;
  checkTunnelExposure({ address, hasKeys: key !== undefined && peers !== undefined, allow });
  signal?.throwIfAborted();
  const tunnel = new TunnelServer(options);
  await tunnel.listen();
  signal?.addEventListener('abort', () => void tunnel.close(), { once: true });
  if (signal?.aborted) await tunnel.close();
  signal?.throwIfAborted();
  return tunnel;
}

/** How long connections have to tell their heads that they are over, when a worker ends. */
const FAREWELL_MS = 500;

/** A connection that has not shown its key yet. */
interface Stranger {
  readonly socket: Socket;
  readonly isKnown: () => void;
  failure: Error | undefined;
}

class TunnelServer implements ListeningTunnel {
  readonly #options: ListenTunnelOptions;
  readonly #limits: TunnelLimits;
  readonly #note: (note: string) => void;
  readonly #isAllowed: (address: string) => boolean;
  readonly #handshakes: Handshakes;
  readonly #strangers = new Map<string, Stranger>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #tls: TlsServer | undefined;
  readonly #door: GuestDoor;
  #place: Pick<AddressInfo, 'address' | 'port'>;
  #closed: Promise<void> | undefined;

  constructor(options: ListenTunnelOptions) {
    const { key, peers = [], allow = LOOPBACK_RANGES, onNote = () => undefined } = options;
    this.#options = options;
    this.#place = options;
    this.#limits = { ...TUNNEL_LIMITS, ...options.limits };
    this.#note = limitedNotes((note) => {
      // What ends with the tunnel has not failed.
      if (!this.#closed) onNote(note);
    });
    this.#isAllowed = allowedSources(allow);
    this.#handshakes = new Handshakes(this.#limits);
    this.#door = new GuestDoor({
      peers,
      open: options.open,
      limits: this.#limits,
      note: this.#note,
    });
    // Without TLS a side that has said all may still want to hear the rest.
    this.#server = createServer({ noDelay: true, keepAlive: true, allowHalfOpen: !key });
    // Whoever comes then has no descriptor here for long.
    this.#server.maxConnections = this.#limits.connections + this.#limits.handshakes;
    this.#server.on('connection', (socket) => {
      this.#accept(socket);
    });
    this.#server.on('drop', () => {
      this.#note('a connection was refused: there are too many');
    });
    this.#tls = key && this.#secured(key);
  }

  get address(): string {
    return this.#place.address;
  }

  get port(): number {
    return this.#place.port;
  }

  get connections(): number {
    return this.#door.connections;
  }

  async listen(): Promise<void> {
    const { address, port } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => {
        reject(cannotListen(address, port, error));
      });
      this.#server.listen({ host: address, port }, resolve);
    });
    this.#place = this.#server.address() as AddressInfo;
    this.#server.on('error', (error) => {
      this.#note(`no connection can be taken at the moment: ${systemReason(error)}`);
    });
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      const late = setTimeout(() => {
        for (const socket of this.#sockets) socket.destroy();
      }, FAREWELL_MS);
      this.#server.close(() => {
        clearTimeout(late);
        resolve();
      });
      this.#door.close();
      for (const { socket } of this.#strangers.values()) socket.destroy();
    });
    return this.#closed;
  }

  #secured(key: WorkerKey): TlsServer {
    const server = createTlsServer({
      ...tlsOptions(key),
      requestCert: true,
      // Nobody resumes what was verified at another time: without tickets, and nothing that keeps sessions.
      secureOptions: constants.SSL_OP_NO_TICKET,
    });
    server.on('tlsClientError', (error, socket) => {
      const stranger = this.#strangers.get(endsOf(socket));
      if (stranger) stranger.failure = error;
      socket.destroy();
    });
    server.on('secureConnection', (socket) => {
      socket.on('error', () => undefined);
      this.#strangers.get(endsOf(socket))?.isKnown();
      void this.#door.showKey(socket);
    });
    return server;
  }

  #accept(socket: Socket): void {
    socket.on('error', () => undefined);
    const address = plainAddress(socket.remoteAddress ?? '');
    if (!this.#isAllowed(address)) {
      this.#refuse(socket, `${address} is none of the addresses that may connect`);
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#tls) this.#beginHandshake(this.#tls, socket, address);
    else void this.#door.connect(socket);
  }

  #beginHandshake(server: TlsServer, socket: Socket, address: string): void {
    const end = this.#handshakes.begin(address);
    if (!end) {
      this.#refuse(socket, `too many from ${address} have yet to show their keys`);
      return;
    }
    const ends = endsOf(socket);
    const { handshakeMs } = this.#limits;
    // In all: Node.js has a limit that begins again with each byte.
    const late = setTimeout(() => {
      stranger.failure = new Error(`it took longer than ${handshakeMs / 1000} s`);
      socket.destroy();
    }, handshakeMs);
    const isKnown = (): void => {
      clearTimeout(late);
      end();
      this.#strangers.delete(ends);
      socket.off('close', hasGone);
    };
    const stranger: Stranger = { socket, isKnown, failure: undefined };
    const hasGone = (): void => {
      isKnown();
      this.#note(`${address} has not shown a key${reasonOf(stranger.failure)}`);
    };
    this.#strangers.set(ends, stranger);
    socket.once('close', hasGone);
    server.emit('connection', socket);
  }

  #refuse(socket: Socket, why: string): void {
    this.#note(`a connection was refused: ${why}`);
    socket.resetAndDestroy();
  }
}

/** TLS has a socket of its own for a connection; both know where it begins and ends. */
const endsOf = (socket: Socket | TLSSocket): string =>
  [socket.remoteAddress, socket.remotePort, socket.localAddress, socket.localPort].join(' ');

/** OpenSSL's errors have a sentence of their own, the system's a code. */
function reasonOf(failure: Error | undefined): string {
  if (failure === undefined) return '';
  const { reason } = failure as { readonly reason?: unknown };
  if (typeof reason === 'string') return `: ${reason}`;
  return `: ${systemErrorCode(failure) === undefined ? failure.message : systemReason(failure)}`;
}

function cannotListen(address: string, port: number, cause: Error): ZosiaError {
  const code = systemErrorCode(cause);
  const why = code === 'EADDRINUSE' ? 'something else listens there' : systemReason(cause);
  return new ZosiaError(
    'ZOSIA_WORKER_CANNOT_LISTEN',
    `a worker cannot listen on port ${port} of ${address}: ${why}`,
    { hint: 'Name another port, or an address that this host has.', cause },
  );
}
