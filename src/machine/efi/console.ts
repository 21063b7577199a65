import { ConsoleText } from '../console/console-text.js';
import type { GuestWatcher } from '../console/guest-watcher.js';
import { AnswerReader } from './answer-frames.js';
import type { AnswerEnd, SerialPiece } from './answer-frames.js';

/** Lines of the EFI applications (guest/efi/README.md). */
const FAILURE = /^zosia: (.*)$/;
const SPEED = /\d tokens in [\d.]+ s: [\d.]+ tokens\/s$/;
const LAST_LINE = /Press any key to leave\.$/;
/**
 * Its last line before it generates or asks, which is when it begins to look for keys: of a GGUF its weights, whose
 * types are in capitals; of a checkpoint what a first try gives.
 */
const READY = /^(?:Top token: |Weights: [A-Z])/;
/** What a GGUF is run with. */
const CONTEXT = /^Model: .*, context (\d+)$/;
/** The application's word for an answer that ended because no position was left. */
const FULL = '(The context is full.)';
const PROMPT = '>';

/** Reads along with the serial port of the EFI machine. */
export class EfiConsole implements GuestWatcher {
  readonly #answer = new AnswerReader();
  #complaint: string | undefined;
  #hasSpoken = false;
  #hasGenerated = false;
  #isLeaving = false;
  #isReady = false;
  #isPrompting = false;
  #prompts = 0;
  #contextTokens: number | undefined;
  #fullLines = 0;
  readonly #text = new ConsoleText((line) => {
    this.#isPrompting = false;
    this.#complaint = FAILURE.exec(line)?.[1] ?? this.#complaint;
    this.#contextTokens ??= contextOf(line);
    if (line === FULL) this.#fullLines++;
    if (READY.test(line)) this.#isReady = true;
    if (LAST_LINE.test(line)) this.#isLeaving = true;
    if (SPEED.test(line) || LAST_LINE.test(line)) this.#hasGenerated = true;
  });

  /** A model may write that line, too: the console shows its text as well. */
  readonly #written = new ConsoleText((line) => {
    if (line === FULL) this.#fullLines--;
  });

  /** Takes what comes from the serial port, and parts it. */
  read(bytes: Uint8Array): SerialPiece {
    this.#hasSpoken = true;
    const piece = this.#answer.read(bytes);
    this.#text.feed(piece.console);
    this.#written.feed(piece.answer);
    if (!this.#isPrompting && this.#text.unfinished === PROMPT) {
      this.#isPrompting = true;
      this.#prompts++;
    }
    return piece;
  }

  feed(bytes: Uint8Array): Uint8Array {
    return this.read(bytes).console;
  }

  /** The firmware's words count: there is no kernel that could be silent after them. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  /** How the answer has ended, if there was one. */
  get answerEnd(): AnswerEnd | undefined {
    return this.#answer.end;
  }

  /** How many tokens the context has that a GGUF is run with; undefined where it has not been told, and of a checkpoint. */
  get contextTokens(): number | undefined {
    return this.#contextTokens;
  }

  /** How many tokens the context of a GGUF has, where that is full and so was the end of its answer. */
  get fullContextTokens(): number | undefined {
    const own = this.#written.unfinished === FULL ? 1 : 0;
    return this.#fullLines - own > 0 ? this.#contextTokens : undefined;
  }

  /** What the application says went wrong. */
  get failure(): string | undefined {
    return this.#answer.end?.kind === 'failed' ? this.#answer.end.message : this.#complaint;
  }

  /** Whether a text has come to its end, or a prompt waits for one. */
  get isFinished(): boolean {
    return this.#hasGenerated || this.#prompts > 0 || this.#answer.end !== undefined;
  }

  /** What is typed while a text is generated is taken for a wish to stop it, or dropped. */
  get linesWanted(): number {
    return this.#prompts;
  }

  get isListening(): boolean {
    return this.#isReady || this.#isLeaving || this.#prompts > 0;
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  get tail(): string {
    return this.#text.tail;
  }
}

function contextOf(line: string): number | undefined {
  const found = CONTEXT.exec(line);
  return found ? Number(found[1]) : undefined;
}
