import { Deflate, GZheader, Z_OK, zlibDeflateSetHeader } from 'pako';
import { nextTurn } from '../turns.js';

export interface GzipOptions {
  /** 1 (fast) to 9 (small); 6 unless given. */
  readonly level?: 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | undefined;
}

/** "Unknown" operating system (RFC 1952, section 2.3.1): the same on every host. */
const OS_UNKNOWN = 255;
const OUTPUT_PIECE_BYTES = 256 * 1024;

/**
 * Packs bytes, whole or piece by piece, into one gzip member (RFC 1952) that depends on nothing but the input, the
 * level and pako's version: no time, no name, no operating system in the header.
 *
 * @throws whatever the pieces' iterator throws
 */
export async function gzip(
  input: Uint8Array | AsyncIterable<Uint8Array>,
  options: GzipOptions = {},
): Promise<Uint8Array> {
  const { level = 6 } = options;
  const deflate = new Deflate({ gzip: true, level, chunkSize: OUTPUT_PIECE_BYTES });
  deflate.onStart = (stream) => {
    const header = new GZheader();
    header.os = OS_UNKNOWN;
    check(zlibDeflateSetHeader(stream, header) === Z_OK, deflate);
  };
  for await (const bytes of input instanceof Uint8Array ? [input] : input) {
    check(deflate.push(bytes, false), deflate);
    // Deflating holds the thread: let signals and progress bars have a turn between pieces.
    await nextTurn();
  }
  check(deflate.push(new Uint8Array(0), true), deflate);
  return deflate.result;
}

function check(done: boolean, deflate: Deflate): void {
  if (!done) throw new Error(`deflate failed: ${deflate.msg}`);
}
