import { DELETE, LINE_FEED, TAB } from '../../machine/ascii.js';

const ESCAPE = 0x1b;
const BELL = 0x07;
/** The first byte of U+0080 to U+00BF in UTF-8: of those, the first 32 are the C1 controls. */
const LATIN_LEAD = 0xc2;

/** What introduces a string that goes on to ST, in 7 bits after ESC: DCS, SOS, OSC, PM, APC. */
const STRINGS = new Set([0x50, 0x58, 0x5d, 0x5e, 0x5f]);
const CSI = 0x5b;

type State = 'text' | 'escape' | 'sequence' | 'string' | 'string escape';

/**
 * Takes control characters and control sequences (ECMA-48) out of UTF-8 that comes in pieces of any size,
 * all but line feeds and tabs: text that a model made must not set a terminal's title, fill its clipboard
 * or ask it for anything. A string that has no end ends with its line.
 */
export class EscapeFilter {
  #state: State = 'text';
  /** Bytes of a character that are still to come. */
  #continuation = 0;
  #hasLatinLead = false;

  feed(bytes: Uint8Array): Uint8Array {
    const kept: number[] = [];
    for (const byte of bytes) this.#take(byte, kept);
    return Uint8Array.from(kept);
  }

  #take(byte: number, kept: number[]): void {
    if (this.#hasLatinLead) {
      this.#hasLatinLead = false;
      if (byte >= 0x80 && byte < 0xa0) {
        this.#control(byte - 0x40);
        return;
      }
      if (byte < 0xc0 && byte >= 0x80) {
        if (this.#state === 'text') kept.push(LATIN_LEAD, byte);
        return;
      }
    }
    if (byte === LATIN_LEAD) {
      this.#hasLatinLead = true;
      this.#continuation = 0;
      return;
    }
    if (byte === LINE_FEED) {
      this.#state = 'text';
      this.#continuation = 0;
      kept.push(byte);
      return;
    }
    switch (this.#state) {
      case 'text':
        this.#text(byte, kept);
        return;
      case 'escape':
        // Intermediate bytes come before the final one.
        if (byte >= 0x20 && byte < 0x30) return;
        if (byte === ESCAPE) return;
        this.#control(byte);
        return;
      case 'sequence':
        if (byte === ESCAPE) this.#state = 'escape';
        else if (byte >= 0x40 && byte < DELETE) this.#state = 'text';
        return;
      case 'string':
        if (byte === BELL) this.#state = 'text';
        else if (byte === ESCAPE) this.#state = 'string escape';
        return;
      case 'string escape':
        if (byte === 0x5c) this.#state = 'text';
        else this.#control(byte);
    }
  }

  /** @param code what follows ESC, or that of the C1 control which stands for both */
  #control(code: number): void {
    if (code === CSI) this.#state = 'sequence';
    else this.#state = STRINGS.has(code) ? 'string' : 'text';
  }

  #text(byte: number, kept: number[]): void {
    if (byte === ESCAPE) this.#state = 'escape';
    if (byte < 0x80) {
      this.#continuation = 0;
      if ((byte >= 0x20 && byte !== DELETE) || byte === TAB) kept.push(byte);
      return;
    }
    if (byte >= 0xc0) this.#continuation = byte >= 0xf0 ? 3 : byte >= 0xe0 ? 2 : 1;
    else if (this.#continuation > 0) this.#continuation--;
    // A byte that continues nothing is a C1 control to terminals that do not read UTF-8.
    else if (byte < 0xa0) return;
    kept.push(byte);
  }
}

/** Bytes from a guest as stdout may get them: as they are, unless it is a terminal. */
export function filterForStdout(): (bytes: Uint8Array) => Uint8Array {
  if (!process.stdout.isTTY) return (bytes) => bytes;
  const filter = new EscapeFilter();
  return (bytes) => filter.feed(bytes);
}
