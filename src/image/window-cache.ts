import type { RandomAccess } from './random-access.js';

/**
 * Reads a source by windows of one size and keeps those that were used last: metadata lie close
 * together and are read again and again, and each call to the host takes longer than copying 64 KiB.
 */
export class WindowCache implements RandomAccess {
  readonly sizeBytes: number;
  /** By window number, the least recently used one first. */
  readonly #kept = new Map<number, Uint8Array>();
  readonly #mostKept: number;
  /** The window that was asked for last: mostly the next one asked for, too. */
  #lastNumber = -1;
  #last: Uint8Array | undefined;

  constructor(
    private readonly source: RandomAccess,
    readonly windowBytes: number,
    cacheBytes: number,
  ) {
    this.sizeBytes = source.sizeBytes;
    this.#mostKept = Math.max(1, Math.floor(cacheBytes / windowBytes));
  }

  /** A window by its number; the last one may be shorter. The bytes are shared: they are not to be written to. */
  async window(number: number): Promise<Uint8Array> {
    const kept = this.keptWindow(number);
    if (kept) return kept;
    const offset = number * this.windowBytes;
    const bytes = await this.source.read(
      offset,
      Math.min(this.windowBytes, this.sizeBytes - offset),
    );
    this.#kept.set(number, bytes);
    if (this.#kept.size > this.#mostKept) this.#kept.delete(this.#kept.keys().next().value!);
    return bytes;
  }

  /** The same when it is kept; undefined: it is to be read. Waiting for what is there is the slowest part. */
  keptWindow(number: number): Uint8Array | undefined {
    if (number === this.#lastNumber) return this.#last;
    const kept = this.#kept.get(number);
    if (!kept) return undefined;
    this.#kept.delete(number);
    this.#kept.set(number, kept);
    this.#lastNumber = number;
    this.#last = kept;
    return kept;
  }

  /** What goes beyond one window is read past the cache. */
  async read(offset: number, length: number): Promise<Uint8Array> {
    const number = Math.floor(offset / this.windowBytes);
    const start = offset - number * this.windowBytes;
    if (length === 0 || start + length > this.windowBytes) return this.source.read(offset, length);
    if (offset + length > this.sizeBytes) return this.source.read(offset, length);
    return (await this.window(number)).subarray(start, start + length);
  }
}
