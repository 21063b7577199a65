import type { Duplex } from 'node:stream';
import { ZosiaError } from '../../errors.js';
import { encodeWakeMessage } from './wake-message.js';
import type { WakeMessage } from './wake-message.js';

/** The name by which the guest finds the port. */
export const CONTROL_PORT_NAME = 'zosia.control';

/**
 * What the guest says on its control port: it stands at its rendezvous, having got ready, or having been left;
 * it goes on.
 */
export type GuestWord = 'ready' | 'awake' | 'left';
const WORDS: readonly GuestWord[] = ['ready', 'awake', 'left'];

/** Longer than any line of the guest's. */
const MAX_LINE_BYTES = 16;

/** More words than a guest says before the host has heard the first. */
const MAX_WORDS = 8;

/** Asks a guest that runs to come to its rendezvous. */
const LEAVE = 'l';

/** The host's side of the control port of a guest (guest/init/README.md). */
export class ControlPort {
  readonly #port: Duplex;
  readonly #said: GuestWord[] = [];
  #line = '';
  #failure: Error | undefined;
  #onChange: () => void = () => undefined;

  constructor(port: Duplex) {
    this.#port = port;
    port.on('data', (bytes: Buffer) => {
      this.#feed(bytes.toString('latin1'));
    });
    port.on('error', () => undefined);
    port.on('close', () => {
      this.#fail(guestGone('it has hung up'));
    });
  }

  /** Whether QEMU holds the other end. */
  get isOpen(): boolean {
    return !this.#port.destroyed;
  }

  /**
   * Waits for a word.
   *
   * @throws ZosiaError `ZOSIA_GUEST_SILENT` when the port is closed, or something else comes; the reason of
   *   `signal`
   */
  async hear(word: GuestWord, signal: AbortSignal): Promise<void> {
    while (this.#said.length === 0) {
      signal.throwIfAborted();
      if (this.#failure) throw this.#failure;
      await new Promise<void>((resolve) => {
        this.#onChange = resolve;
        signal.addEventListener(
          'abort',
          () => {
            resolve();
          },
          { once: true },
        );
      });
    }
    const said = this.#said.shift()!;
    if (said !== word) throw guestGone(`it says that it is ${said} instead of ${word}`);
  }

  wake(message: WakeMessage): void {
    this.#port.write(encodeWakeMessage(message));
  }

  leave(): void {
    this.#port.write(LEAVE);
  }

  #feed(text: string): void {
    // What such a guest says further would only fill the host's memory.
    if (this.#failure) return;
    const lines = (this.#line + text).split('\n');
    this.#line = lines.pop()!;
    for (const line of lines) {
      const word = WORDS.find((known) => known === line);
      const isHeard = this.#said.length < MAX_WORDS;
      if (word === undefined || !isHeard) {
        const why = isHeard ? 'it says what nobody knows' : 'it does not wait to be heard';
        this.#fail(guestGone(why));
        return;
      }
      this.#said.push(word);
    }
    if (this.#line.length > MAX_LINE_BYTES) this.#fail(guestGone('its line does not end'));
    this.#onChange();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#onChange();
  }
}

const guestGone = (why: string): ZosiaError =>
  new ZosiaError('ZOSIA_GUEST_SILENT', `the guest does not go on: ${why}`, {
    hint: 'Boot it instead: zosia up --no-snapshot',
  });
