import { DELETE, LINE_FEED, TAB } from '../ascii.js';

/**
 * The frames in which the llama2 application sends its answer (guest/efi/firmware/answer.h):
 * `STX text ETX`, `EOT` at the end, `CAN message ETX` for a failure.
 */
const STX = 0x02;
const ETX = 0x03;
const EOT = 0x04;
const CAN = 0x18;

/** An explanation is a line. */
const MAX_MESSAGE_BYTES = 4096;

/** How an answer came to its end. */
export type AnswerEnd =
  { readonly kind: 'complete' } | { readonly kind: 'failed'; readonly message: string };

/** What is in a piece of what came through the serial port. */
export interface SerialPiece {
  /** Generated text. */
  readonly answer: Uint8Array;
  /** What the firmware's console shows. */
  readonly console: Uint8Array;
}

/** Picks the answer out of what comes through the serial port, in pieces of any size. */
export class AnswerReader {
  #inside: 'console' | 'text' | 'message' = 'console';
  readonly #message: number[] = [];
  #end: AnswerEnd | undefined;

  /** How the answer has ended, if it has; what comes after that is the console's. */
  get end(): AnswerEnd | undefined {
    return this.#end;
  }

  read(bytes: Uint8Array): SerialPiece {
    const answer: number[] = [];
    const console: number[] = [];
    for (const byte of bytes) {
      if (this.#inside !== 'console' && isText(byte)) {
        if (this.#inside === 'text') answer.push(byte);
        else if (this.#message.length < MAX_MESSAGE_BYTES) this.#message.push(byte);
      } else if (this.#inside !== 'console' && byte === ETX) {
        if (this.#inside === 'message') {
          const message = Buffer.from(this.#message).toString('utf8');
          this.#end = { kind: 'failed', message };
        }
        this.#inside = 'console';
      } else {
        // Inside a frame this is no byte of the application's: it has crashed, and the firmware says so.
        this.#inside = this.#start(byte);
        if (this.#inside === 'console' && byte !== EOT) console.push(byte);
      }
    }
    return { answer: Uint8Array.from(answer), console: Uint8Array.from(console) };
  }

  #start(byte: number): 'console' | 'text' | 'message' {
    if (this.#end) return 'console';
    if (byte === STX) return 'text';
    if (byte === CAN) return 'message';
    if (byte === EOT) this.#end = { kind: 'complete' };
    return 'console';
  }
}

/** The application leaves other control characters out. */
const isText = (byte: number): boolean =>
  (byte >= 0x20 && byte !== DELETE) || byte === LINE_FEED || byte === TAB;
