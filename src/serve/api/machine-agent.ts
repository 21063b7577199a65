import { Agent } from 'node:http';
import type { AgentOptions, ClientRequestArgs } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Lease } from '../backend.js';

/** A machine that is lent to a request, as something that HTTP can be spoken with. */
export interface Upstream {
  /** Stands for the machine; no name service knows it. */
  readonly url: string;
  /** Closes all connections that were made, and gives the machine back. */
  readonly end: () => void;
}

interface Loan {
  readonly connect: () => Duplex;
  readonly made: Set<Duplex>;
}

/** Makes connections to machines that are lent: which one is told by a name that was made up for the lease. */
export class MachineAgent extends Agent {
  readonly #loans = new Map<string, Loan>();
  #count = 0;

  constructor() {
    super({ keepAlive: false } satisfies AgentOptions);
  }

  /** How many machines are lent now. */
  get size(): number {
    return this.#loans.size;
  }

  lend(lease: Lease): Upstream {
    const host = `lease-${++this.#count}.invalid`;
    const loan: Loan = { connect: lease.connect, made: new Set() };
    this.#loans.set(host, loan);
    return {
      url: `http://${host}`,
      end: () => {
        if (!this.#loans.delete(host)) return;
        for (const each of loan.made) each.destroy();
        lease.release();
      },
    };
  }

  override createConnection(
    options: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | undefined {
    try {
      const loan = this.#loans.get(options.host ?? '');
      if (!loan) throw new Error('the machine is not lent any more');
      const connection = withTimeouts(loan.connect());
      loan.made.add(connection);
      // HTTP hears of errors while it uses the connection; what comes later concerns nobody.
      connection.on('error', () => undefined);
      connection.once('close', () => loan.made.delete(connection));
      return connection;
    } catch (error) {
      // Thrown, it would pass by who waits for the answer.
      callback?.(error as Error, undefined as never);
      return undefined;
    }
  }
}

/**
 * A stream as HTTP takes it for a socket. For an event stream, @fastify/reply-from takes back the timeout that
 * it has been told not to set, and only sockets have any.
 */
function withTimeouts(stream: Duplex): Duplex {
  return 'setTimeout' in stream ? stream : Object.assign(stream, { setTimeout: () => stream });
}
