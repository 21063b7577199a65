import { setImmediate } from 'node:timers/promises';
import { Deflate, GZheader, Z_OK, zlibDeflateSetHeader } from 'pako';
import { contiguousChunks } from '../../host/chunks.js';
import { bytesSegment, makeImage } from '../../image/image.js';
import type { Image } from '../../image/image.js';

export interface GzipOptions {
  /** 1 (fast) to 9 (small); 6 unless given. */
  readonly level?: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
  readonly signal?: AbortSignal;
}

/** "Unknown" operating system (RFC 1952, section 2.3.1): the same on every host. */
const OS_UNKNOWN = 255;
const OUTPUT_PIECE_BYTES = 256 * 1024;

/**
 * Packs an image or bytes into one gzip member (RFC 1952) that depends on nothing but the input, the
 * level and pako's version: no time, no name, no operating system in the header.
 *
 * @throws ZosiaError as `imageChunks`; the signal's reason when cancelled
 */
export async function gzip(
  input: Image | Uint8Array,
  options: GzipOptions = {},
): Promise<Uint8Array> {
  const { level = 6, signal } = options;
  const image = input instanceof Uint8Array ? imageOf(input) : input;
  const deflate = new Deflate({ gzip: true, level, chunkSize: OUTPUT_PIECE_BYTES });
  deflate.onStart = (stream) => {
    const header = new GZheader();
    header.os = OS_UNKNOWN;
    check(zlibDeflateSetHeader(stream, header) === Z_OK, deflate);
  };
  for await (const { bytes } of contiguousChunks(image, signal)) {
    check(deflate.push(bytes, false), deflate);
    // Deflating holds the thread: let signals and progress bars have a turn between pieces.
    await setImmediate();
  }
  check(deflate.push(new Uint8Array(0), true), deflate);
  return deflate.result;
}

function imageOf(bytes: Uint8Array): Image {
  return makeImage(bytes.length, bytes.length === 0 ? [] : [bytesSegment(0, bytes)]);
}

function check(done: boolean, deflate: Deflate): void {
  if (!done) throw new Error(`deflate failed: ${deflate.msg}`);
}
