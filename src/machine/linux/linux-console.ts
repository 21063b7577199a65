import { ConsoleText } from '../console/console-text.js';
import type { GuestWatcher } from '../console/guest-watcher.js';
import { GUEST_MARKERS } from './guest-markers.js';

/** Reads along with the console of a Linux guest, and finds the markers of its PID 1. */
export class LinuxConsole implements GuestWatcher {
  #exitStatus: number | undefined;
  #started = false;
  readonly #text = new ConsoleText((line) => {
    if (GUEST_MARKERS.starting.test(line)) this.#started = true;
    const found = GUEST_MARKERS.exitStatus.exec(line);
    if (found) this.#exitStatus = Number(found[1]);
  });

  feed(bytes: Uint8Array): Uint8Array {
    this.#text.feed(bytes);
    return bytes;
  }

  /** What the last marker `zosia: exit status=N` said, or undefined while there was none. */
  get exitStatus(): number | undefined {
    return this.#exitStatus;
  }

  /** Whether PID 1 has said that it starts what reads the console. */
  get started(): boolean {
    return this.#started;
  }

  get isListening(): boolean {
    return this.#started;
  }

  /** The kernel's terminal keeps what is typed ahead. */
  get linesWanted(): number {
    return this.#started ? Infinity : 0;
  }

  /** It powers off by itself. */
  readonly isLeaving = false;

  get tail(): string {
    return this.#text.tail;
  }
}
