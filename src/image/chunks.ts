import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { flatten } from './image.js';
import type { Image } from './image.js';

/** A piece of an image with data in it. `bytes` is only valid until the next chunk is asked for. */
export interface Chunk {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Large enough that system calls do not count, small enough to stay in a processor's cache. */
const CHUNK_BYTES = 1 << 20;

/**
 * The image's data from front to back, in pieces of at most 1 MiB; gaps between segments are not
 * mentioned. Holds one file open at a time and one buffer.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_CHANGED` when a source is shorter than planned
 */
export async function* imageChunks(
  image: Image,
  signal?: AbortSignal,
): AsyncGenerator<Chunk, void, undefined> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  let openPath: string | undefined;
  let handle: FileHandle | undefined;
  try {
    for (const { offset, length, source } of flatten(image)) {
      if (source.kind === 'bytes') {
        for (let done = 0; done < length; done += CHUNK_BYTES) {
          signal?.throwIfAborted();
          yield { offset: offset + done, bytes: source.bytes.subarray(done, done + CHUNK_BYTES) };
        }
        continue;
      }
      if (source.path !== openPath) {
        await handle?.close();
        handle = undefined;
        handle = await openSource(source.path);
        openPath = source.path;
      }
      for (let done = 0; done < length;) {
        signal?.throwIfAborted();
        const wanted = Math.min(CHUNK_BYTES, length - done);
        const { bytesRead } = await handle!
          .read(buffer, 0, wanted, source.offset + done)
          .catch((cause: unknown) => {
            throw unreadable(source.path, cause);
          });
        if (bytesRead === 0) throw becameShorter(source.path);
        yield { offset: offset + done, bytes: buffer.subarray(0, bytesRead) };
        done += bytesRead;
      }
    }
  } finally {
    await handle?.close();
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

function* zeroChunks(start: number, end: number, signal?: AbortSignal): Generator<Chunk> {
  for (let offset = start; offset < end; offset += CHUNK_BYTES) {
    signal?.throwIfAborted();
    yield { offset, bytes: ZEROS.subarray(0, Math.min(CHUNK_BYTES, end - offset)) };
  }
}

async function openSource(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

function unreadable(path: string, cause: unknown): ZosiaError {
  return new ZosiaError(
    'ZOSIA_FILE_NOT_FOUND',
    `${path} cannot be read any more (${systemErrorCode(cause) ?? 'unknown'})`,
    { hint: 'The image refers to this file; put it back, or build the image again.', cause },
  );
}

/** The error when a file that an image refers to has lost bytes the plan counts on. */
export function becameShorter(path: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_FILE_CHANGED',
    `${path} is shorter than when the image was planned`,
    {
      hint: 'Wait until whatever writes the file is done, then build the image again.',
    },
  );
}
