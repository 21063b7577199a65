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
    throw notUnpacked(method.name, method.program);
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

/** What kernels do not look for, and so is no method here, by what it begins with. */
const FOREIGN: readonly {
  readonly name: string;
  readonly magic: string;
  readonly program: string;
}[] = [
  // LZ4 Frame Format Description: what lz4 writes unless it is told -l.
  { name: "lz4's frames", magic: '\x04\x22\x4d\x18', program: 'unlz4' },
  { name: 'lzip', magic: 'LZIP', program: 'lzip -d' },
  { name: 'compress', magic: '\x1f\x9d', program: 'uncompress' },
  { name: 'zip', magic: 'PK\x03\x04', program: 'unzip' },
];

/** The error for what is packed with something else than a kernel unpacks; undefined for all others. */
export function foreignPacking(head: Uint8Array): ZosiaError | undefined {
  const text = new TextDecoder('latin1').decode(head.subarray(0, METHOD_MAGIC_BYTES * 2));
  const found = FOREIGN.find(({ magic }) => text.startsWith(magic));
  return found && notUnpacked(found.name, found.program);
}

const notUnpacked = (name: string, program: string): ZosiaError =>
  new ZosiaError(
    'ZOSIA_COMPRESSION_UNSUPPORTED',
    `it is packed with ${name}, which zosia does not unpack`,
    { hint: `Unpack it with ${program}.` },
  );

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
