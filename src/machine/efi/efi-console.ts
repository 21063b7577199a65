import { ConsoleText } from '../console/console-text.js';
import type { GuestWatcher } from '../console/guest-watcher.js';

/** Lines of the EFI applications (guest/efi/README.md). */
const FAILURE = /^zosia: /;
const SPEED = /\d tokens in [\d.]+ s: [\d.]+ tokens\/s$/;
const FAREWELL = /Press any key to leave\.$/;
const PROMPT = '>';

/** Reads along with the console of the EFI machine. */
export class EfiConsole implements GuestWatcher {
  #failure: string | undefined;
  #isFinished = false;
  #isPrompting = false;
  #prompts = 0;
  readonly #text = new ConsoleText((line) => {
    this.#isPrompting = false;
    if (FAILURE.test(line)) this.#failure = line;
    if (SPEED.test(line) || FAREWELL.test(line)) this.#isFinished = true;
  });

  feed(bytes: Uint8Array): void {
    this.#text.feed(bytes);
    if (this.#isPrompting || this.#text.unfinished !== PROMPT) return;
    this.#isPrompting = true;
    this.#prompts++;
  }

  /** The line in which the application says what went wrong. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Whether a text has come to its end, or a prompt waits for one. */
  get isFinished(): boolean {
    return this.#isFinished || this.#prompts > 0;
  }

  /** What is typed while a text is generated is taken for a wish to stop it, or dropped. */
  get linesWanted(): number {
    return this.#prompts;
  }

  get tail(): string {
    return this.#text.tail;
  }
}
