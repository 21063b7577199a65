/** So much of a console is shown again: some screens. */
const MOST_BYTES = 64 << 10;

const LINE_FEED = 0x0a;

/** The last that a console has shown, from the beginning of a line on. */
export class ConsoleEnd {
  #bytes: Buffer;

  constructor(before: Uint8Array) {
    this.#bytes = Buffer.from(before);
  }

  add(bytes: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (this.#bytes.length <= 2 * MOST_BYTES) return;
    this.#bytes = this.bytes;
  }

  get bytes(): Buffer {
    if (this.#bytes.length <= MOST_BYTES) return this.#bytes;
    const end = this.#bytes.subarray(-MOST_BYTES);
    return end.subarray(end.indexOf(LINE_FEED) + 1);
  }
}
