import { LINE_FEED } from '../ascii.js';

/** Enough to tell what went wrong; a guest may print without end. */
const TAIL_LINES = 20;
const LINE_BYTES = 4096;

/**
 * What a console shows, as lines of text. Takes the bytes in pieces of any size and holds a bounded
 * amount of them.
 */
export class ConsoleText {
  readonly #onLine: (line: string, bytes: Uint8Array) => void;
  readonly #tail: string[] = [];
  #line = Buffer.alloc(0);

  /** @param onLine called with each line that has come to its end, unless it is empty, and its bytes */
  constructor(onLine: (line: string, bytes: Uint8Array) => void = () => undefined) {
    this.#onLine = onLine;
  }

  feed(bytes: Uint8Array): void {
    let start = 0;
    for (let end; (end = bytes.indexOf(LINE_FEED, start)) !== -1; start = end + 1) {
      this.#append(bytes.subarray(start, end));
      this.#endLine();
    }
    this.#append(bytes.subarray(start));
  }

  /** The line that has not come to its end. */
  get unfinished(): string {
    return textOf(this.#line);
  }

  /** The last lines, without those that are empty. */
  get tail(): string {
    const { unfinished } = this;
    return [...this.#tail, ...(unfinished === '' ? [] : [unfinished])].join('\n');
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const joined = Buffer.concat([this.#line, bytes.subarray(-LINE_BYTES)]);
    this.#line = joined.subarray(-LINE_BYTES);
  }

  #endLine(): void {
    const bytes = this.#line;
    const text = textOf(bytes);
    this.#line = Buffer.alloc(0);
    if (text === '') return;
    this.#tail.push(text);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    this.#onLine(text, bytes);
  }
}

/** What follows the ESC character in a control sequence (ECMA-48): colours, cursor movements. */
const SEQUENCE_REST = /^(?:\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])/;

/** A console line as text: without control sequences and other control characters. */
function textOf(line: Buffer): string {
  return line
    .toString('utf8')
    .split('\u001b')
    .map((part, index) => (index === 0 ? part : part.replace(SEQUENCE_REST, '')))
    .join('')
    .replace(/\p{Cc}/gu, '')
    .trim();
}
