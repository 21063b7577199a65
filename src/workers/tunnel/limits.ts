import { ALIVE_LIMITS } from './tunnel-stream.js';
import type { AliveLimits } from './tunnel-stream.js';

/** What strangers and heads may take of a worker. */
export interface TunnelLimits extends AliveLimits {
  /** How long it may take a connection to show its key, in milliseconds. */
  readonly handshakeMs: number;
  /** How many may be at it at once, in all and from one address. */
  readonly handshakes: number;
  readonly handshakesPerAddress: number;
  /** How many connections of allowed keys there may be at once. */
  readonly connections: number;
  /** How long it may take to reach the guest, in milliseconds. */
  readonly openMs: number;
}

export const TUNNEL_LIMITS: TunnelLimits = {
  ...ALIVE_LIMITS,
  handshakeMs: 10_000,
  handshakes: 32,
  handshakesPerAddress: 8,
  connections: 16,
  openMs: 30_000,
};

/** Counts who is at its handshake: in all, and from each address. */
export class Handshakes {
  readonly #byAddress = new Map<string, number>();
  #count = 0;

  constructor(private readonly limits: Pick<TunnelLimits, 'handshakes' | 'handshakesPerAddress'>) {}

  /** @returns what to call when it is over, any number of times; undefined where there are too many already */
  begin(address: string): (() => void) | undefined {
    const ofAddress = this.#byAddress.get(address) ?? 0;
    if (this.#count >= this.limits.handshakes || ofAddress >= this.limits.handshakesPerAddress) {
      return undefined;
    }
    this.#count++;
    this.#byAddress.set(address, ofAddress + 1);
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#count--;
      const left = this.#byAddress.get(address)! - 1;
      if (left === 0) this.#byAddress.delete(address);
      else this.#byAddress.set(address, left);
    };
  }
}
