import { Duplex } from 'node:stream';
import { ZosiaError } from '../../errors.js';
import { FRAME, MAX_PAYLOAD_BYTES } from './frame.js';
import type { Frame } from './frame.js';

/** What either side may send before the other says that it has taken some of it, in bytes. */
const INITIAL_ROOM_BYTES = 64 << 10;

/** The guest is told that bytes were taken once there are so many. */
const WORTH_TELLING_BYTES = INITIAL_ROOM_BYTES / 4;

/** A guest that gives more room has lost count, in bytes. */
const MAX_ROOM_BYTES = 1 << 20;

/** What a stream is part of. */
export interface StreamOwner {
  /** @param then called when the port has room again, with an error if it has failed */
  readonly send: (frame: Frame, then?: (error?: Error | null) => void) => void;
  readonly forget: () => void;
}

interface PendingWrite {
  readonly bytes: Uint8Array;
  readonly done: (error?: Error | null) => void;
}

/** One of the connections over a port, whoever opened it. */
export class PortStream extends Duplex {
  readonly #number: number;
  readonly #owner: StreamOwner;
  /** How much the guest still takes, and may still send, in bytes. */
  #roomThere = INITIAL_ROOM_BYTES;
  #roomHere = INITIAL_ROOM_BYTES;
  /** Bytes that were taken from it and that the guest has not been told of. */
  #untold = 0;
  #pending: PendingWrite | undefined;
  #isClosedThere = false;

  constructor(number: number, owner: StreamOwner) {
    super({ allowHalfOpen: false });
    this.#number = number;
    this.#owner = owner;
  }

  /**
   * Takes a frame from the guest.
   *
   * @throws Error when it may not say that
   */
  takeFrame(frame: Frame): void {
    if (frame.type === FRAME.data) {
      if (frame.payload.length > this.#roomHere) throw new Error('it sends more than it may');
      this.#roomHere -= frame.payload.length;
      this.#untold += frame.payload.length;
      if (this.push(frame.payload)) this.#tell();
    } else if (frame.type === FRAME.room) {
      this.#roomThere += frame.bytes;
      if (this.#roomThere > MAX_ROOM_BYTES) throw new Error('it takes more than it was sent');
      this.#sendPending();
    } else {
      this.#isClosedThere = true;
      this.#owner.forget();
      this.push(null);
      this.#failPending();
    }
  }

  override _read(): void {
    this.#tell();
  }

  override _write(bytes: Uint8Array, _encoding: string, done: PendingWrite['done']): void {
    if (bytes.length === 0) {
      done();
      return;
    }
    this.#pending = { bytes, done };
    this.#sendPending();
  }

  /** Who has nothing more to say has no more use for it: there are no half-closed ones. */
  override _final(done: () => void): void {
    done();
    this.destroy();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#failPending();
    if (!this.#isClosedThere) {
      this.#owner.forget();
      this.#owner.send({ stream: this.#number, type: FRAME.close });
    }
    done(error);
  }

  /** Sends a piece for which there is room; the next when the port has taken it. */
  #sendPending(): void {
    const pending = this.#pending;
    if (!pending || this.#roomThere === 0) return;
    this.#pending = undefined;
    if (this.#isClosedThere) {
      pending.done(hungUp());
      return;
    }
    const size = Math.min(pending.bytes.length, this.#roomThere, MAX_PAYLOAD_BYTES);
    this.#roomThere -= size;
    const payload = pending.bytes.subarray(0, size);
    this.#owner.send({ stream: this.#number, type: FRAME.data, payload }, (error) => {
      if (error || size === pending.bytes.length) {
        pending.done(error);
        return;
      }
      this.#pending = { bytes: pending.bytes.subarray(size), done: pending.done };
      if (this.destroyed || this.#isClosedThere) this.#failPending();
      else this.#sendPending();
    });
  }

  #failPending(): void {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.done(hungUp());
  }

  #tell(): void {
    if (this.#untold < WORTH_TELLING_BYTES || this.#isClosedThere || this.destroyed) return;
    this.#roomHere += this.#untold;
    this.#owner.send({ stream: this.#number, type: FRAME.room, bytes: this.#untold });
    this.#untold = 0;
  }
}

/** What connections to a machine fail of that has ended, or is about to. */
export const hungUp = (): ZosiaError =>
  new ZosiaError('ZOSIA_GUEST_HUNG_UP', 'the machine has hung up', {
    hint: 'What it ended of is told once it has ended.',
  });
