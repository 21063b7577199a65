import { Buffer } from 'buffer';
import { checkRange } from '../../image/random-access.js';
import type { RandomAccess } from '../../image/random-access.js';
import { windowedAccess } from '../../image/windowed-access.js';
import type { Unpacking } from '../compression/unpacking.js';

/** Bytes that are read from front to back: of a file, or of what a packed part of it unpacks to. */
export interface ByteStream {
  /** Of the next byte, from the start of the stream. */
  readonly position: number;
  /** The next bytes, fewer at the end. What was returned stays valid. */
  read(length: number): Promise<Uint8Array>;
  /** Passes over bytes, fewer at the end; says how many. */
  skip(length: number): Promise<number>;
  /** The next bytes without passing over them; none at the end. */
  peek(): Promise<Uint8Array>;
}

/** A source as a stream, from `position` on. */
export class SourceStream implements ByteStream {
  readonly #source: RandomAccess;

  constructor(
    source: RandomAccess,
    public position: number,
  ) {
    this.#source = windowedAccess(source);
  }

  async read(length: number): Promise<Uint8Array> {
    const bytes = await this.#source.read(this.position, Math.min(length, this.#left()));
    this.position += bytes.length;
    return bytes;
  }

  skip(length: number): Promise<number> {
    const skipped = Math.min(length, this.#left());
    this.position += skipped;
    return Promise.resolve(skipped);
  }

  peek(): Promise<Uint8Array> {
    return this.#source.read(this.position, Math.min(PEEK_BYTES, this.#left()));
  }

  #left(): number {
    return this.#source.sizeBytes - this.position;
  }
}

const PEEK_BYTES = 16 * 1024;

/** What a packed stream unpacks to. Only the piece that is being read is in memory. */
export class UnpackedStream implements ByteStream {
  position = 0;
  /** Where the packed stream ends in its source; known once all has been read. */
  end: number | undefined;
  #piece = new Uint8Array(0);

  constructor(private readonly unpacking: Unpacking) {}

  async read(length: number): Promise<Uint8Array> {
    if (this.#piece.length >= length) return this.#take(length);
    const pieces: Uint8Array[] = [];
    let missing = length;
    while (missing > 0 && (await this.peek()).length > 0) {
      const piece = this.#take(missing);
      pieces.push(piece);
      missing -= piece.length;
    }
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  async skip(length: number): Promise<number> {
    let skipped = 0;
    while (skipped < length && (await this.peek()).length > 0) {
      skipped += this.#take(length - skipped).length;
    }
    return skipped;
  }

  async peek(): Promise<Uint8Array> {
    while (this.#piece.length === 0 && this.end === undefined) {
      const { done, value } = await this.unpacking.next();
      if (done) this.end = value;
      else this.#piece = value as Uint8Array<ArrayBuffer>;
    }
    return this.#piece;
  }

  async close(): Promise<void> {
    await this.unpacking.return(0);
  }

  #take(length: number): Uint8Array {
    const taken = this.#piece.subarray(0, length);
    this.#piece = this.#piece.subarray(taken.length);
    this.position += taken.length;
    return taken;
  }
}

/** The one that has a stream open, and the end of its last read: see {@link UnpackedAccess}. */
let open: UnpackedAccess | undefined;
let lastRead: Promise<unknown> = Promise.resolve();

const holdOpen = (access: UnpackedAccess): void => void (open = access);

/** Ends what reading packed parts has left open, as a decoder may open one stream at a time only. */
export async function releaseUnpacked(): Promise<void> {
  await lastRead;
  await open?.end();
  open = undefined;
}

/**
 * What a packed stream unpacks to, to be read at any place. Reading on is cheap; reading what lies before
 * unpacks from the beginning again, and so does reading another stream in between: whoever reads much
 * reads it in order.
 */
export class UnpackedAccess implements RandomAccess {
  /** Nobody knows before all of it has been unpacked. */
  readonly sizeBytes = Number.MAX_SAFE_INTEGER;
  #stream: UnpackedStream | undefined;

  constructor(private readonly begin: () => Unpacking) {}

  read(offset: number, length: number): Promise<Uint8Array> {
    checkRange(this.sizeBytes, offset, length);
    const reading = lastRead.then(() => this.#read(offset, length));
    lastRead = reading.catch(() => undefined);
    return reading;
  }

  async end(): Promise<void> {
    await this.#stream?.close();
    this.#stream = undefined;
  }

  async #read(offset: number, length: number): Promise<Uint8Array> {
    if (open !== this) await open?.end();
    holdOpen(this);
    if (this.#stream && this.#stream.position > offset) await this.end();
    this.#stream ??= new UnpackedStream(this.begin());
    await this.#stream.skip(offset - this.#stream.position);
    return this.#stream.read(length);
  }
}
