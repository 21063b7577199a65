import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { systemErrorCode } from '../../errors.js';
import { untilAborted } from '../../host/until-aborted.js';
import { fingerprintMatcher } from '../keys/fingerprint.js';
import type { Fingerprint } from '../keys/fingerprint.js';
import type { Peer } from '../keys/peers.js';
import { FRAME, brokenFrame, frameHeader } from './frames.js';
import type { Reason } from './frames.js';
import { joinStreams } from './join-streams.js';
import type { TunnelLimits } from './limits.js';
import { plainAddress } from './source-addresses.js';
import { shownKey } from './tls-identity.js';
import { TunnelStream, closeSoon } from './tunnel-stream.js';

/**
 * Connects to what listens in the guest. The stream belongs to the tunnel then, which destroys it, too.
 *
 * @param signal aborts when nobody waits for it any more
 */
export type OpenGuest = (signal: AbortSignal) => Duplex | Promise<Duplex>;

export interface GuestDoorOptions {
  readonly peers: readonly Peer[];
  readonly open: OpenGuest;
  readonly limits: TunnelLimits;
  readonly note: (note: string) => void;
}

/** Lets connections through to the guest: those whose keys are allowed, and no more than there may be. */
export class GuestDoor {
  readonly #options: GuestDoorOptions;
  readonly #matches: (shown: Fingerprint) => boolean;
  readonly #open = new Set<Duplex>();
  #connections = 0;

  constructor(options: GuestDoorOptions) {
    this.#options = options;
    this.#matches = fingerprintMatcher(options.peers.map(({ fingerprint }) => fingerprint));
  }

  get connections(): number {
    return this.#connections;
  }

  /** Ends all connections, and says so to their heads. */
  close(): void {
    for (const stream of this.#open) stream.destroy();
  }

  /** Lets a connection through whose key is allowed. Never rejects. */
  async showKey(socket: TLSSocket): Promise<void> {
    const address = plainAddress(socket.remoteAddress ?? '');
    const shown = shownKey(socket);
    if (shown === undefined || !this.#matches(shown)) {
      this.#options.note(`${address} was refused: it has shown ${shown ?? 'no key'}`);
      socket.destroy();
      return;
    }
    const name = this.#options.peers.find(({ fingerprint }) => fingerprint === shown)?.name;
    await this.#pass(socket, `head ${name ?? shown} at ${address}`, () => {
      socket.write(frameHeader(FRAME.ready));
      return new TunnelStream(socket, `head ${name ?? shown}`, this.#options.limits);
    });
  }

  /** Lets a connection of this host through as it is. Never rejects. */
  connect(socket: Socket): Promise<void> {
    return this.#pass(socket, 'a program of this host', () => socket, false);
  }

  async #pass(socket: Socket, who: string, begin: () => Duplex, isTunnel = true): Promise<void> {
    const refuse = (reason: Reason): void => {
      if (isTunnel) socket.write(brokenFrame(reason));
      closeSoon(socket, this.#options.limits.deadMs);
    };
    if (this.#connections >= this.#options.limits.connections) {
      this.#options.note(`${who} was refused: there are ${this.#connections} connections already`);
      refuse('full');
      return;
    }
    this.#connections++;
    try {
      const guest = await this.#openGuest(socket).catch((error: unknown) => {
        this.#options.note(`${who} could not be connected with the machine: ${messageOf(error)}`);
        refuse('unavailable');
      });
      if (guest) await this.#join(who, begin, guest);
    } finally {
      this.#connections--;
    }
  }

  /** @throws Error when the guest does not answer in time, or whoever wanted it has gone */
  async #openGuest(socket: Socket): Promise<Duplex> {
    const over = new AbortController();
    const hasGone = (): void => {
      over.abort(new Error('the other side has gone'));
    };
    const { openMs } = this.#options.limits;
    const late = setTimeout(() => {
      over.abort(new Error(`it has not answered within ${openMs / 1000} s`));
    }, openMs);
    socket.once('close', hasGone);
    if (socket.destroyed) hasGone();
    const opening = Promise.resolve().then(() => this.#options.open(over.signal));
    try {
      return await untilAborted(opening, over.signal);
    } catch (error) {
      // It may still come.
      void opening.then(
        (guest) => guest.destroy(),
        () => undefined,
      );
      throw error;
    } finally {
      clearTimeout(late);
      socket.off('close', hasGone);
    }
  }

  async #join(who: string, begin: () => Duplex, guest: Duplex): Promise<void> {
    const stream = begin();
    this.#open.add(stream);
    try {
      await joinStreams(stream, guest);
    } catch (error) {
      // llama.cpp leaves most of its connections without a word.
      if (systemErrorCode(error) === 'ERR_STREAM_PREMATURE_CLOSE') return;
      this.#options.note(`the connection with ${who} has failed: ${messageOf(error)}`);
    } finally {
      this.#open.delete(stream);
    }
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
