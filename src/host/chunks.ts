import { batches } from '../image/batches.js';
import type { Batch } from '../image/batches.js';
import { flatten } from '../image/image.js';
import type { Image } from '../image/image.js';
import { SourceFiles } from './source-files.js';

/** A piece of an image with data in it. `bytes` stay as they are until the next piece is asked for. */
export interface Chunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
  /** How many of the bytes are data; the others are gaps too short to be worth a chunk's end. */
  readonly dataBytes: number;
}

export interface ChunkOptions {
  /** How long a piece may get; 1 MiB unless given. None reaches across a multiple of it. */
  readonly maximumBytes?: number | undefined;
  /** For how many pieces more the bytes of one stay as they are; 0 unless given. */
  readonly kept?: number | undefined;
  /** Makes the memory that files are read into, in place of a `Buffer`. */
  readonly allocate?: ((sizeBytes: number) => Uint8Array) | undefined;
}

/** Large enough that system calls do not count, small enough to stay in a processor's cache. */
const CHUNK_BYTES = 1 << 20;

const unalignedMemory = (sizeBytes: number): Uint8Array => Buffer.allocUnsafeSlow(sizeBytes);

/**
 * The image's data from front to back, in pieces; gaps of a block and more are not mentioned. While the
 * caller works on one piece the next is read already. Holds one file open at a time, and two buffers and
 * as many more as there are pieces to be kept, whatever the image's size.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`; `ZOSIA_FILE_CHANGED` when a source is shorter than planned,
 * is not the one its plan expects, or changes while it is read; the signal's reason when cancelled
 */
export async function* imageChunks(
  image: Image,
  signal?: AbortSignal,
  { maximumBytes = CHUNK_BYTES, kept = 0, allocate = unalignedMemory }: ChunkOptions = {},
): AsyncGenerator<Chunk, void, undefined> {
  const loader = new Loader(maximumBytes, 2 + kept, allocate);
  const waiting = batches(flatten(image), maximumBytes);
  const loadNext = (): Promise<Chunk | undefined> => {
    const { value: batch } = waiting.next();
    const loading = batch ? loader.load(batch) : loader.finish();
    // A failure is told when the chunk is due; until then nobody may be waiting for it.
    loading.catch(() => undefined);
    return loading;
  };
  signal?.throwIfAborted();
  let loading = loadNext();
  try {
    for (let chunk = await loading; chunk; chunk = await loading) {
      signal?.throwIfAborted();
      loading = loadNext();
      yield chunk;
      signal?.throwIfAborted();
    }
  } finally {
    await loading.catch(() => undefined);
    await loader.close();
  }
}

/** Fills some buffers in turn. Loads follow one another: the next starts when the last is done. */
class Loader {
  readonly #files = new SourceFiles();
  #memory: Uint8Array | undefined;
  #loads = 0;

  constructor(
    readonly maximumBytes: number,
    readonly buffers: number,
    readonly allocate: (sizeBytes: number) => Uint8Array,
  ) {}

  async load({ offset, length, dataBytes, pieces }: Batch): Promise<Chunk> {
    const [first] = pieces;
    if (pieces.length === 1 && first!.source.kind === 'bytes') {
      return { offset, bytes: first!.source.bytes, dataBytes };
    }
    // Each place of an image has one in a buffer, so that what begins a block there begins a page here.
    const place = offset % this.maximumBytes;
    const bytes = this.#nextBuffer().subarray(place, place + length);
    let end = 0;
    for (const piece of pieces) {
      const start = piece.offset - offset;
      bytes.fill(0, end, start);
      end = start + piece.length;
      const { source } = piece;
      if (source.kind === 'bytes') bytes.set(source.bytes, start);
      else if (source.kind === 'file') await this.#files.read(source, bytes.subarray(start, end));
      else bytes.set(await source.access.read(source.offset, piece.length), start);
    }
    return { offset, bytes, dataBytes };
  }

  async finish(): Promise<undefined> {
    await this.#files.finish();
  }

  async close(): Promise<void> {
    await this.#files.close();
  }

  #nextBuffer(): Uint8Array {
    const { maximumBytes, buffers } = this;
    this.#memory ??= this.allocate(buffers * maximumBytes);
    const start = (this.#loads++ % buffers) * maximumBytes;
    return this.#memory.subarray(start, start + maximumBytes);
  }
}

const ZEROS = new Uint8Array(CHUNK_BYTES);

/** All the bytes of the image from front to back, gaps as zeros: what its file would hold. */
export async function* contiguousChunks(
  image: Image,
  signal?: AbortSignal,
): AsyncGenerator<Chunk, void, undefined> {
  let position = 0;
  for await (const chunk of imageChunks(image, signal)) {
    yield* zeroChunks(position, chunk.offset, signal);
    yield chunk;
    position = chunk.offset + chunk.bytes.length;
  }
  yield* zeroChunks(position, image.sizeBytes, signal);
}

/** {@link contiguousChunks} for who does not ask where each lies. */
export async function* imageBytes(
  image: Image,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const { bytes } of contiguousChunks(image, signal)) yield bytes;
}

function* zeroChunks(start: number, end: number, signal?: AbortSignal): Generator<Chunk> {
  for (let offset = start; offset < end; offset += CHUNK_BYTES) {
    signal?.throwIfAborted();
    const bytes = ZEROS.subarray(0, Math.min(CHUNK_BYTES, end - offset));
    yield { offset, bytes, dataBytes: 0 };
  }
}
