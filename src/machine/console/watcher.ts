import { GUEST_MARKERS } from '../linux/guest-markers.js';

/** Enough to tell what went wrong; a guest may print without end. */
const TAIL_LINES = 20;
const LINE_BYTES = 4096;

const LINE_FEED = 0x0a;

/**
 * Reads along with the console: finds the guest's markers, keeps the last lines for an error message.
 * Takes the bytes in pieces of any size and holds a bounded amount of them.
 */
export class ConsoleWatcher {
  readonly #tail: string[] = [];
  #line = Buffer.alloc(0);
  #exitStatus: number | undefined;
  #started = false;

  feed(bytes: Uint8Array): void {
    let start = 0;
    for (let end; (end = bytes.indexOf(LINE_FEED, start)) !== -1; start = end + 1) {
      this.#append(bytes.subarray(start, end));
      this.#endLine();
    }
    this.#append(bytes.subarray(start));
  }

  /** What the last marker `zosia: exit status=N` said, or undefined while there was none. */
  get exitStatus(): number | undefined {
    return this.#exitStatus;
  }

  /** Whether PID 1 has said that it starts what reads the console. */
  get started(): boolean {
    return this.#started;
  }

  /** The last lines, without those that are empty. */
  get tail(): string {
    const unfinished = textOf(this.#line);
    return [...this.#tail, ...(unfinished === '' ? [] : [unfinished])].join('\n');
  }

  #append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const joined = Buffer.concat([this.#line, bytes.subarray(-LINE_BYTES)]);
    this.#line = joined.subarray(-LINE_BYTES);
  }

  #endLine(): void {
    const text = textOf(this.#line);
    this.#line = Buffer.alloc(0);
    if (text === '') return;
    this.#tail.push(text);
    if (this.#tail.length > TAIL_LINES) this.#tail.shift();
    if (GUEST_MARKERS.starting.test(text)) this.#started = true;
    const found = GUEST_MARKERS.exitStatus.exec(text);
    if (found) this.#exitStatus = Number(found[1]);
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
