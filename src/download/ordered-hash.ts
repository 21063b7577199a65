import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { ZosiaError } from '../errors.js';
import type { Ranges } from './ranges.js';

/** What is read back at once. */
const READ_BYTES = 1 << 20;

/**
 * The sha256 of a file whose bytes arrive in any order. Those that come next are hashed as they come; others are
 * read back once those before them are there, each once.
 */
export class OrderedHash {
  readonly #hash = createHash('sha256');
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  /** How many bytes have been hashed. */
  #at = 0;
  #catchingUp: Promise<void> | undefined;
  #failure: unknown;

  constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    /** What has been written. */
    private readonly ranges: Ranges,
  ) {}

  /** Takes bytes that are about to be written, if they are the next ones. */
  offer(offset: number, chunks: readonly Uint8Array[]): void {
    if (this.#catchingUp !== undefined || offset !== this.#at) return;
    for (const chunk of chunks) {
      this.#hash.update(chunk);
      this.#at += chunk.length;
    }
  }

  /** Begins to read back what has been written and comes next. */
  catchUp(): void {
    if (this.#catchingUp !== undefined || this.ranges.endFrom(this.#at) === this.#at) return;
    this.#catchingUp = this.#readBack()
      .catch((error: unknown) => {
        this.#failure ??= error;
      })
      .finally(() => {
        this.#catchingUp = undefined;
      });
  }

  /** Ends what is being read, without going on. */
  async stop(): Promise<void> {
    this.#failure ??= new Error('the hash was given up');
    await this.#catchingUp;
  }

  /**
   * 64 hexadecimal digits, once all bytes have been written.
   *
   * @throws the system's errors as they are; the signal's reason when cancelled
   */
  async digest(sizeBytes: number, signal?: AbortSignal): Promise<string> {
    const cancel = (): void => {
      this.#failure ??= signal?.reason;
    };
    signal?.addEventListener('abort', cancel);
    try {
      signal?.throwIfAborted();
      while (this.#failure === undefined && this.#at < sizeBytes) {
        this.catchUp();
        if (this.#catchingUp === undefined) throw new Error(`only ${this.#at} bytes were written`);
        await this.#catchingUp;
      }
      if (this.#failure !== undefined) throw this.#failure as Error;
      return this.#hash.digest('hex');
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async #readBack(): Promise<void> {
    for (
      let end;
      this.#failure === undefined && (end = this.ranges.endFrom(this.#at)) > this.#at;
    ) {
      const length = Math.min(READ_BYTES, end - this.#at);
      const { bytesRead } = await this.file.read(this.#buffer, 0, length, this.#at);
      if (bytesRead === 0) throw becameShorter(this.path);
      this.#hash.update(this.#buffer.subarray(0, bytesRead));
      this.#at += bytesRead;
    }
  }
}

const becameShorter = (path: string): ZosiaError =>
  new ZosiaError('ZOSIA_FILE_CHANGED', `${path} became shorter while it was written`, {
    hint: 'Let nothing else change it, then run the same command again.',
  });
