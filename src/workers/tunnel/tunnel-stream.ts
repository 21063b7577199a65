import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { ZosiaError } from '../../errors.js';
import { systemReason } from '../../host/system-errors.js';
import { FRAME, FrameReader, MAX_PAYLOAD_BYTES, brokenFrame, frameHeader } from './frames.js';
import type { Part, Reason } from './frames.js';

/** When a side that says nothing is taken for dead, in milliseconds. */
export interface AliveLimits {
  /** A side that has nothing to say says so after as long. */
  readonly aliveMs: number;
  /** The other is gone that has said nothing for as long: several times `aliveMs`. */
  readonly deadMs: number;
}

export const ALIVE_LIMITS: AliveLimits = { aliveMs: 5_000, deadMs: 20_000 };

/** How often silence is looked for until it has lasted too long. */
const CHECKS = 4;

type Callback = (error?: Error | null) => void;

/**
 * A connection through a tunnel, from either end. TLS alone would do for its bytes, but neither tells a half that
 * has ended from one that was cut off, nor finds out soon that a host has vanished: as long as something that was
 * sent is not acknowledged, the system sends no keep-alives, and waits for a quarter of an hour. So both sides say
 * that they are there, even while a model calculates for minutes.
 *
 * Fails with `ZOSIA_WORKER_LOST` when the other side has gone, or breaks off.
 */
export class TunnelStream extends Duplex {
  readonly #carrier: Socket;
  readonly #peer: string;
  readonly #deadMs: number;
  readonly #frames = new FrameReader();
  readonly #timers: readonly NodeJS.Timeout[];
  #hasEndedThere = false;
  #hasEndedHere = false;
  #isLost = false;
  #waiting: Callback | undefined;
  #hasHeard = true;
  #silentChecks = 0;
  #hasSpoken = true;

  /**
   * @param carrier belongs to this stream from now on; both sides know each other already
   * @param peer what messages call the other side
   */
  constructor(carrier: Socket, peer: string, { aliveMs, deadMs }: AliveLimits = ALIVE_LIMITS) {
    super();
    this.#carrier = carrier;
    this.#peer = peer;
    this.#deadMs = deadMs;
    carrier.on('data', (bytes: Buffer) => {
      this.#take(bytes);
    });
    carrier.on('drain', () => {
      this.#goOn();
    });
    carrier.on('error', (error) => {
      this.#fail(`the connection has failed: ${systemReason(error)}`, error);
    });
    for (const event of ['end', 'close'] as const) {
      carrier.on(event, () => {
        if (!this.#isOver) this.#fail('the connection was cut off');
      });
    }
    this.#timers = [
      setInterval(() => {
        this.#sayAlive();
      }, aliveMs),
      setInterval(() => {
        this.#checkAlive();
      }, deadMs / CHECKS),
    ];
  }

  override _read(): void {
    if (!this.#carrier.isPaused()) return;
    // What came meanwhile was not looked at: silence counts from now on.
    this.#hasHeard = true;
    this.#carrier.resume();
  }

  override _write(chunk: Buffer, _: BufferEncoding, callback: Callback): void {
    let hasRoom = true;
    this.#carrier.cork();
    for (let start = 0; start < chunk.length; start += MAX_PAYLOAD_BYTES) {
      const piece = chunk.subarray(start, start + MAX_PAYLOAD_BYTES);
      this.#carrier.write(frameHeader(FRAME.data, piece.length));
      hasRoom = this.#carrier.write(piece);
    }
    this.#carrier.uncork();
    this.#hasSpoken = true;
    if (hasRoom) callback();
    else this.#waiting = callback;
  }

  override _final(callback: Callback): void {
    this.#hasEndedHere = true;
    this.#carrier.write(frameHeader(FRAME.end), callback);
  }

  override _destroy(error: Error | null, callback: Callback): void {
    for (const timer of this.#timers) clearInterval(timer);
    const carrier = this.#carrier;
    if (!this.#isLost && !this.#isOver && carrier.writable) {
      carrier.write(brokenFrame('ended'));
    }
    closeSoon(carrier, this.#deadMs);
    this.#waiting?.(error ?? new Error('the connection was destroyed'));
    this.#waiting = undefined;
    callback(error);
  }

  get #isOver(): boolean {
    return this.#hasEndedHere && this.#hasEndedThere;
  }

  #take(bytes: Buffer): void {
    this.#hasHeard = true;
    try {
      for (const part of this.#frames.read(bytes)) {
        if (this.destroyed) return;
        this.#takePart(part);
      }
    } catch (error) {
      this.#fail('it says what no tunnel says', error);
    }
  }

  #takePart(part: Part): void {
    if (part.type === FRAME.broken) {
      this.#fail(WHY[part.reason]);
    } else if (part.type === FRAME.data) {
      if (this.#hasEndedThere) throw new Error('data after the end');
      if (!this.push(part.bytes)) this.#carrier.pause();
    } else if (part.type === FRAME.end) {
      if (this.#hasEndedThere) throw new Error('a second end');
      this.#hasEndedThere = true;
      this.push(null);
      // Nobody asks for more; that it is there is still to be heard.
      this.#carrier.resume();
    } else if (part.type === FRAME.ready) throw new Error('ready a second time');
  }

  #goOn(): void {
    const callback = this.#waiting;
    this.#waiting = undefined;
    callback?.();
  }

  #sayAlive(): void {
    // What waits to be sent already will be heard instead.
    if (!this.#hasSpoken && !this.#carrier.writableNeedDrain) {
      this.#carrier.write(frameHeader(FRAME.alive));
    }
    this.#hasSpoken = false;
  }

  /** Counted, not timed: a process that was stopped for a while has not listened meanwhile. */
  #checkAlive(): void {
    this.#silentChecks = this.#hasHeard || this.#carrier.isPaused() ? 0 : this.#silentChecks + 1;
    this.#hasHeard = false;
    if (this.#silentChecks < CHECKS) return;
    this.#fail(`it has said nothing for ${this.#deadMs / 1000} s`);
  }

  #fail(why: string, cause?: unknown): void {
    if (this.destroyed) return;
    this.#isLost = true;
    this.destroy(
      new ZosiaError('ZOSIA_WORKER_LOST', `the ${this.#peer} is lost: ${why}`, {
        hint: 'Check that its host and zosia there are running, and the network between.',
        cause,
      }),
    );
  }
}

const WHY: Readonly<Record<Reason, string>> = {
  full: 'it has as many connections as it takes',
  unavailable: 'its machine is not there',
  ended: 'it has ended the connection, since what was behind it there ended',
};

/** Sends what is still to be sent, and closes a socket, however little the other side reads. */
export function closeSoon(socket: Socket, withinMs: number): void {
  if (socket.destroyed) return;
  const timer = setTimeout(() => {
    socket.destroy();
  }, withinMs);
  socket.once('close', () => {
    clearTimeout(timer);
  });
  // Only read to its end is it closed without a reset, which would take back what was sent.
  socket.resume();
  socket.destroySoon();
}
