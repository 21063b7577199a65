const CTRL_A = 0x01;
const END_KEYS: readonly number[] = [0x78, 0x58];

export interface TypedKeys {
  /** What goes on to the guest. */
  readonly forward: Uint8Array;
  /** Whether the user asked to end the machine; what was typed after that is dropped. */
  readonly end: boolean;
}

/**
 * Finds the escape hatch in what a user types: Ctrl+A X ends the machine, Ctrl+A Ctrl+A types one
 * Ctrl+A. Ctrl+A before any other key is passed on with that key.
 */
export class EscapeKeys {
  #pending = false;

  /** @param typed any piece of the typed bytes; an escape may be split over two pieces */
  feed(typed: Uint8Array): TypedKeys {
    const forward: number[] = [];
    for (const byte of typed) {
      if (!this.#pending) {
        if (byte === CTRL_A) this.#pending = true;
        else forward.push(byte);
        continue;
      }
      this.#pending = false;
      if (END_KEYS.includes(byte)) return { forward: Uint8Array.from(forward), end: true };
      forward.push(CTRL_A);
      if (byte !== CTRL_A) forward.push(byte);
    }
    return { forward: Uint8Array.from(forward), end: false };
  }
}
