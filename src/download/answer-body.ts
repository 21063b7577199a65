import { errors } from 'undici';

/** What is kept for a reader that is behind, before no more is taken. */
const WINDOW_BYTES = 256 << 10;

export interface AnswerBodyOptions {
  /** How long a reader waits for more in vain. */
  readonly stallTimeoutMs: number;
  /** Called when the reader is behind. */
  readonly hold: () => void;
  /** Called when it has caught up. */
  readonly release: () => void;
}

/** The body of an answer as it arrives. What has arrived before a failure is read before that is thrown. */
export class AnswerBody {
  #chunks: Uint8Array[] = [];
  #waitingBytes = 0;
  #isHeld = false;
  #end: { readonly error?: Error | undefined } | undefined;
  #wake: (() => void) | undefined;

  constructor(private readonly options: AnswerBodyOptions) {}

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
    this.#waitingBytes += chunk.length;
    if (!this.#isHeld && this.#waitingBytes >= WINDOW_BYTES) {
      this.#isHeld = true;
      this.options.hold();
    }
    this.#wake?.();
  }

  /** @param error why no more comes, where that is not the end of the body */
  end(error?: Error): void {
    this.#end ??= { error };
    this.#release();
    this.#wake?.();
  }

  /** @throws what ended it; undici's BodyTimeoutError where nothing comes for too long */
  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#waitingBytes -= chunk.length;
        if (this.#waitingBytes < WINDOW_BYTES / 2) this.#release();
        yield chunk;
      } else if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      } else {
        await this.#more();
      }
    }
  }

  #release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.options.release();
  }

  /** Only the time that a reader waits counts: one that is behind does not hear from the server. */
  async #more(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#wake = resolve;
        timer = setTimeout(() => {
          // A host that was busy or asleep for so long looks first at what has arrived meanwhile.
          setImmediate(() => {
            reject(new errors.BodyTimeoutError());
          });
        }, this.options.stallTimeoutMs);
      });
    } finally {
      clearTimeout(timer);
      this.#wake = undefined;
    }
  }
}
