import { ZosiaError } from '../../errors.js';
import type { RandomAccess } from '../../image/random-access.js';
import { METHOD_MAGIC_BYTES, findMethod } from './methods.js';

const PEEK_BYTES = 512;

/** What a file begins with, unpacked where it is packed; and with what it is packed. */
export interface UnpackedHead {
  /** Undefined for what is not packed. */
  readonly compression: string | undefined;
  /** Up to 512 bytes. */
  readonly head: Uint8Array;
}

/**
 * Looks at the beginning of a file, by its bytes and not by its name.
 *
 * @throws ZosiaError as the decompressors; `ZOSIA_COMPRESSION_UNSUPPORTED`
 */
export async function unpackedHead(source: RandomAccess): Promise<UnpackedHead> {
  const head = await source.read(0, Math.min(PEEK_BYTES, source.sizeBytes));
  const method = findMethod(head.subarray(0, METHOD_MAGIC_BYTES));
  if (!method) return { compression: undefined, head };
  if (!method.unpack) {
    throw new ZosiaError(
      'ZOSIA_COMPRESSION_UNSUPPORTED',
      `it is packed with ${method.name}, which zosia does not unpack`,
      { hint: `Unpack it with ${method.program}.` },
    );
  }
  const unpacking = method.unpack(source, 0);
  try {
    const pieces: Uint8Array[] = [];
    let sizeBytes = 0;
    while (sizeBytes < PEEK_BYTES) {
      const { done, value } = await unpacking.next();
      if (done) break;
      pieces.push(value);
      sizeBytes += value.length;
    }
    return { compression: method.name, head: joined(pieces) };
  } finally {
    await unpacking.return(0);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const head = new Uint8Array(PEEK_BYTES);
  let at = 0;
  for (const piece of pieces) {
    const part = piece.subarray(0, PEEK_BYTES - at);
    head.set(part, at);
    at += part.length;
  }
  return head.subarray(0, at);
}
