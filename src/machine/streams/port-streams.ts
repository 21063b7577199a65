import type { Duplex } from 'node:stream';
import { FRAME, FrameReader, STREAM_OF_GUEST, encodeFrame } from './frame.js';
import type { Frame } from './frame.js';
import { PortStream, hungUp } from './port-stream.js';

/** As many as the guest's init carries at once. */
export const MAX_STREAMS = 64;

/**
 * Takes a connection that a program in the guest has made. It is closed by destroying it.
 *
 * @param target what it leads to, by a number that the guest chose
 * @throws when it leads nowhere, which ends all connections over the port
 */
export type OnOpened = (target: number, stream: Duplex) => void;

/**
 * Connections to a program in a guest, any number at a time over one port of the machine: init takes them apart,
 * and connects to the program for each (guest/init/README.md, "Streams"). Over a port on which they are wanted
 * programs in the guest make them, too. What the guest says is not trusted: whatever breaks the rules ends them
 * all, and no more is kept than it was allowed to send.
 */
export class PortStreams {
  readonly #port: Duplex;
  readonly #streams = new Map<number, PortStream>();
  readonly #frames = new FrameReader();
  readonly #onOpened: OnOpened | undefined;
  #opened = 0;
  #openedThere = 0;
  #failure: Error | undefined;

  /**
   * @param port belongs to these streams from now on
   * @param options.onOpened takes those that the guest opens; unless it is given, none may be
   */
  constructor(port: Duplex, { onOpened }: { readonly onOpened?: OnOpened | undefined } = {}) {
    this.#port = port;
    this.#onOpened = onOpened;
    port.on('data', (bytes: Buffer) => {
      this.#take(bytes);
    });
    port.on('error', () => undefined);
    port.on('close', () => {
      this.#fail(hungUp());
    });
  }

  /** Whether the port has failed: the machine has ended, or is about to. */
  get hasFailed(): boolean {
    return this.#failure !== undefined || this.#port.destroyed;
  }

  /** How many there are now. */
  get size(): number {
    return this.#streams.size;
  }

  /**
   * Begins a connection. It is closed by destroying it, which the program in the guest sees as a client that has
   * gone; it ends when the program closes it, and fails with the port.
   *
   * @throws Error when the port has failed, or there are {@link MAX_STREAMS} already
   */
  open(): Duplex {
    if (this.#failure) throw this.#failure;
    if (this.#port.destroyed) throw hungUp();
    if (this.#streams.size >= MAX_STREAMS) throw new Error('there are too many connections to it');
    const number = ++this.#opened;
    const stream = this.#begin(number);
    this.#port.write(encodeFrame({ stream: number, type: FRAME.open }));
    return stream;
  }

  #begin(number: number): PortStream {
    const stream = new PortStream(number, {
      send: (frame, then) => {
        this.#port.write(encodeFrame(frame), then);
      },
      forget: () => this.#streams.delete(number),
    });
    this.#streams.set(number, stream);
    return stream;
  }

  #take(bytes: Uint8Array): void {
    if (this.#failure) return;
    try {
      for (const frame of this.#frames.feed(bytes)) this.#handle(frame);
    } catch (error) {
      this.#fail(error as Error);
      this.#port.destroy();
    }
  }

  #handle(frame: Frame): void {
    if (frame.type === FRAME.reach) {
      this.#reach(frame.stream, frame.target);
      return;
    }
    const isKnown =
      frame.stream >= STREAM_OF_GUEST
        ? frame.stream - STREAM_OF_GUEST <= this.#openedThere
        : frame.stream <= this.#opened;
    // The number with that bit alone is none: they are counted from one.
    if (frame.type === FRAME.open || !isKnown || frame.stream === STREAM_OF_GUEST) {
      throw new Error('it speaks of a connection that nobody has made');
    }
    // One that was closed here may have had something on its way.
    this.#streams.get(frame.stream)?.takeFrame(frame);
  }

  /** Numbers follow one another, so that one of a connection that has ended is known to be that. */
  #reach(number: number, target: number): void {
    if (!this.#onOpened || number !== STREAM_OF_GUEST + this.#openedThere + 1) {
      throw new Error('it opens a connection that it may not');
    }
    if (this.#streams.size >= MAX_STREAMS) throw new Error('it opens too many connections');
    this.#openedThere++;
    const stream = this.#begin(number);
    // It may fail before anybody has taken it.
    stream.on('error', () => undefined);
    this.#onOpened(target, stream);
  }

  #fail(failure: Error): void {
    this.#failure ??= failure;
    for (const stream of this.#streams.values()) stream.destroy(this.#failure);
  }
}
