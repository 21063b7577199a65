import { Buffer } from 'buffer';
import type { RandomAccess } from '../../image/random-access.js';
import { corrupt, truncated } from './errors.js';
import { LENGTH_BYTES, MAX_HEADER_BYTES } from './layout.js';

/** The first read; a header of a small model is inside it. */
const FIRST_READ_BYTES = 256 * 1024;

/**
 * Reads a header from front to back. Bytes are loaded in growing pieces, only as far as the header
 * turns out to go; {@link need} says how many must be there before any are taken, so that taking is
 * synchronous and quick.
 */
export class HeaderCursor {
  /** Where the next value starts, from the start of the file. */
  position = 0;
  #bytes = Buffer.alloc(0);
  #loaded = 0;
  readonly #source: RandomAccess;
  readonly #name: string;

  constructor(source: RandomAccess, name: string) {
    this.#source = source;
    this.#name = name;
  }

  /** What is loaded of the file. A view: valid until more is loaded. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Whether the next `length` bytes are loaded. */
  has(length: number): boolean {
    return this.position + length <= this.#loaded;
  }

  /**
   * Makes sure that the next `length` bytes are loaded.
   *
   * @throws ZosiaError `ZOSIA_MODEL_TRUNCATED` when the file ends before, `ZOSIA_MODEL_CORRUPT` when
   * no header is that long
   */
  async need(length: number): Promise<void> {
    if (this.has(length)) return;
    this.checkRoom(1, length);
    const end = this.position + length;
    const capacity = Math.min(
      this.#source.sizeBytes,
      MAX_HEADER_BYTES,
      Math.max(end, FIRST_READ_BYTES, 2 * this.#loaded),
    );
    const grown = Buffer.allocUnsafe(capacity);
    this.#bytes.copy(grown, 0, 0, this.#loaded);
    grown.set(await this.#source.read(this.#loaded, capacity - this.#loaded), this.#loaded);
    this.#bytes = grown;
    this.#loaded = capacity;
  }

  /**
   * Checks that `count` things of at least `minimumBytes` each can follow, before anything is done
   * `count` times.
   *
   * @throws as {@link need}
   */
  checkRoom(count: number, minimumBytes: number): void {
    const end = this.position + count * minimumBytes;
    if (end > MAX_HEADER_BYTES) {
      throw this.corrupt(`its header claims to be ${end} bytes long, or longer`);
    }
    if (end > this.#source.sizeBytes) {
      throw truncated(this.#name, this.#source.sizeBytes, end, 'its header alone');
    }
  }

  takeUint32(): number {
    const value = this.#bytes.readUInt32LE(this.position);
    this.position += 4;
    return value;
  }

  /** A 64-bit count, length or offset. @throws ZosiaError `ZOSIA_MODEL_CORRUPT` from 2^53 on */
  takeCount(): number {
    const value = readUint64(this.#bytes, this.position);
    if (!Number.isSafeInteger(value)) {
      throw this.corrupt(`the count at byte ${this.position} is impossible`);
    }
    this.position += LENGTH_BYTES;
    return value;
  }

  /** A string of at most `maximumBytes`. Bytes that are not UTF-8 become U+FFFD. */
  async takeString(maximumBytes = MAX_HEADER_BYTES): Promise<string> {
    const length = await this.takeLength(maximumBytes);
    const text = this.#bytes.toString('utf8', this.position, this.position + length);
    this.position += length;
    return text;
  }

  /** A string's length; its bytes are loaded and come next. */
  async takeLength(maximumBytes = MAX_HEADER_BYTES): Promise<number> {
    await this.need(LENGTH_BYTES);
    const at = this.position;
    const length = this.takeCount();
    if (length > maximumBytes) throw this.corrupt(`the string at byte ${at} has ${length} bytes`);
    await this.need(length);
    return length;
  }

  /**
   * Passes over as many of the next `count` strings as are loaded, and says how many those were.
   * Vocabularies have hundreds of thousands: this is the one place where reading a header takes time.
   */
  passLoadedStrings(count: number): number {
    const bytes = this.#bytes;
    let position = this.position;
    let passed = 0;
    while (passed < count) {
      const start = position + LENGTH_BYTES;
      if (start > this.#loaded) break;
      const end = start + readUint64(bytes, position);
      if (end > this.#loaded) break;
      position = end;
      passed += 1;
    }
    this.position = position;
    return passed;
  }

  corrupt(what: string): Error {
    return corrupt(this.#name, what);
  }
}

/** An unsigned 64-bit number, to the precision of a double. */
export function readUint64(bytes: Uint8Array, offset: number): number {
  return readUint32(bytes, offset) + readUint32(bytes, offset + 4) * 2 ** 32;
}

/** Quicker than Buffer's own, which checks the kind of its arguments each time. */
function readUint32(bytes: Uint8Array, offset: number): number {
  return (
    (bytes[offset]! |
      (bytes[offset + 1]! << 8) |
      (bytes[offset + 2]! << 16) |
      (bytes[offset + 3]! << 24)) >>>
    0
  );
}
