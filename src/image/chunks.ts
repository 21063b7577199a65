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
        signal?.throwIfAborted();
        yield { offset, bytes: source.bytes };
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
        const { bytesRead } = await handle!.read(buffer, 0, wanted, source.offset + done);
        if (bytesRead === 0) throw becameShorter(source.path);
        yield { offset: offset + done, bytes: buffer.subarray(0, bytesRead) };
        done += bytesRead;
      }
    }
  } finally {
    await handle?.close();
  }
}

async function openSource(path: string): Promise<FileHandle> {
  return open(path, 'r').catch((cause: unknown) => {
    throw new ZosiaError(
      'ZOSIA_FILE_NOT_FOUND',
      `${path} cannot be read any more (${systemErrorCode(cause) ?? 'unknown'})`,
      { hint: 'The image refers to this file; put it back, or build the image again.', cause },
    );
  });
}

function becameShorter(path: string): ZosiaError {
  return new ZosiaError(
    'ZOSIA_FILE_CHANGED',
    `${path} is shorter than when the image was planned`,
    {
      hint: 'Wait until whatever writes the file is done, then build the image again.',
    },
  );
}
