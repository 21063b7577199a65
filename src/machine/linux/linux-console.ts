import { ConsoleText } from '../console/console-text.js';
import type { GuestWatcher } from '../console/guest-watcher.js';
import { GUEST_MARKERS } from './guest-markers.js';

/** Reads along with the console of a Linux guest, and finds the markers of its PID 1. */
export class LinuxConsole implements GuestWatcher {
  readonly #isPiped: boolean;
  #exitStatus: number | undefined;
  #started = false;
  #wanted = 0;
  #held = '';
  readonly #text = new ConsoleText((line) => {
    if (GUEST_MARKERS.starting.test(line)) this.#started = true;
    const found = GUEST_MARKERS.exitStatus.exec(line);
    if (found) this.#exitStatus = Number(found[1]);
  });

  /** @param options.piped what is typed comes from a pipe: the guest marks when it wants a line */
  constructor({ piped = false }: { readonly piped?: boolean } = {}) {
    this.#isPiped = piped;
  }

  feed(bytes: Uint8Array): Uint8Array {
    const shown = this.#isPiped ? this.#takeMarks(bytes) : bytes;
    this.#text.feed(shown);
    return shown;
  }

  /** What the last marker `zosia: exit status=N` said, or undefined while there was none. */
  get exitStatus(): number | undefined {
    return this.#exitStatus;
  }

  /** Whether PID 1 has said that it starts what reads the console. */
  get started(): boolean {
    return this.#started;
  }

  /** From a terminal the guest takes keys at any time, and keeps what is typed ahead. */
  get linesWanted(): number {
    if (!this.#started) return 0;
    return this.#isPiped ? this.#wanted : Infinity;
  }

  /** It powers off by itself. */
  readonly isLeaving = false;

  get tail(): string {
    return this.#text.tail;
  }

  /** Counts the marks and takes them out; one may be split over two pieces. */
  #takeMarks(bytes: Uint8Array): Uint8Array {
    const mark = GUEST_MARKERS.lineWanted;
    const parts = `${this.#held}${Buffer.from(bytes).toString('latin1')}`.split(mark);
    this.#wanted += parts.length - 1;
    const text = parts.join('');
    let held = Math.min(mark.length - 1, text.length);
    while (!mark.startsWith(text.slice(text.length - held))) held--;
    this.#held = text.slice(text.length - held);
    return Buffer.from(text.slice(0, text.length - held), 'latin1');
  }
}
