import { Client, EnvHttpProxyAgent, Pool } from 'undici';
import type { Agent, Dispatcher, buildConnector } from 'undici';
import type { Socket } from 'node:net';
import { proxyUrls } from './proxy.js';

/**
 * The flow of bytes from the socket of one connection to undici's parser.
 *
 * undici itself stops its parser while a reader is behind, and crashes the process where the server ends the
 * connection meanwhile (nodejs/undici#5360; mended in 8, which needs Node.js 22.19). Here the parser is never
 * stopped: it finds nothing to read while the flow is held. What arrives then stays in the socket's buffer, then in
 * the system's, and at last with the server; the end of the connection comes after all that, as it should. A reset
 * alone takes the socket's buffer along, 64 KiB at most.
 */
export class Flow {
  #socket: Socket | undefined;
  #isHeld = false;

  /** Takes the place of an earlier connection's socket, which has ended. */
  attach(socket: Socket): void {
    this.#socket = socket;
    this.#isHeld = false;
    const read = socket.read.bind(socket) as (size?: number) => unknown;
    // A size of 0 is Node's own call: it takes nothing, and has the buffer filled.
    socket.read = (size?: number): unknown =>
      this.#isHeld && this.#socket === socket && size !== 0 ? null : read(size);
  }

  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const socket = this.#socket;
    // Not at once: the parser may be what has called this.
    queueMicrotask(() => {
      if (!this.#isHeld && socket !== undefined && !socket.destroyed) socket.emit('readable');
    });
  }
}

/** A request that is told by which flow it is answered. */
export interface FlowOptions extends Dispatcher.DispatchOptions {
  readonly onFlow: (flow: Flow) => void;
}

/** One connection after the other; each answers one request at a time. */
class FlowClient extends Client {
  constructor(
    origin: URL,
    options: Client.Options,
    private readonly flow: Flow,
  ) {
    super(origin, options);
  }

  override dispatch(
    options: Dispatcher.DispatchOptions & Partial<FlowOptions>,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    options.onFlow?.(this.flow);
    return super.dispatch(options, handler);
  }
}

/**
 * Connections, kept open for a while, straight or through the proxies of the usual environment variables. One that
 * cannot be used is left out: whoever sends a request refuses it where it would be used (`requireUsableProxy`).
 */
export function openConnections(options: Agent.Options): EnvHttpProxyAgent {
  return new EnvHttpProxyAgent({
    ...options,
    ...proxyUrls(),
    factory: (origin, poolOptions) =>
      new Pool(origin, { ...(poolOptions as Pool.Options), factory: makeClient }),
  });
}

/** @param options with the function that connects, which undici makes of what it is told */
function makeClient(origin: URL, options: object): Client {
  const { connect, ...others } = options as Client.Options & { connect: buildConnector.connector };
  const flow = new Flow();
  const attached: buildConnector.connector = (to, done) => {
    connect(to, (...[error, socket]) => {
      if (error !== null) {
        done(error, null);
        return;
      }
      flow.attach(socket);
      done(null, socket);
    });
  };
  return new FlowClient(origin, { ...others, connect: attached }, flow);
}
