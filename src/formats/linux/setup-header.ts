import { Buffer } from 'buffer';

/**
 * The setup header of Linux on x86 (Documentation/x86/boot.rst). From protocol 2.08 on it says where the
 * compressed kernel lies: from the end of the setup sectors on, of which the first is not counted.
 */
const HEADER = {
  setupSectorsOffset: 0x1f1,
  magicOffset: 0x202,
  magic: 'HdrS',
  versionOffset: 0x206,
  firstVersion: 0x0208,
  payloadOffsetOffset: 0x248,
  payloadLengthOffset: 0x24c,
  sizeBytes: 0x250,
} as const;

const SECTOR_BYTES = 512;
/** What setup_sects is when it is 0. */
const DEFAULT_SETUP_SECTORS = 4;

/**
 * Why the beginning of a file does not say where a compressed kernel lies in it.
 *
 * @param head what the file begins with, header and all
 * @returns undefined where it does
 */
export function setupHeaderProblem(head: Uint8Array): string | undefined {
  if (head.length < HEADER.sizeBytes) return 'it has no setup header';
  const bytes = bufferOf(head);
  const { magic, magicOffset, versionOffset, firstVersion } = HEADER;
  if (bytes.toString('latin1', magicOffset, magicOffset + magic.length) !== magic) {
    return 'it has no setup header';
  }
  const isOld = bytes.readUInt16LE(versionOffset) < firstVersion;
  return isOld ? 'its boot protocol is older than 2.08' : undefined;
}

/** Where the compressed kernel lies in a bzImage, in bytes, of which {@link setupHeaderProblem} says nothing. */
export function payloadPlace(head: Uint8Array): { start: number; length: number } {
  const bytes = bufferOf(head);
  const sectors = bytes[HEADER.setupSectorsOffset]! || DEFAULT_SETUP_SECTORS;
  const start = (sectors + 1) * SECTOR_BYTES + bytes.readUInt32LE(HEADER.payloadOffsetOffset);
  return { start, length: bytes.readUInt32LE(HEADER.payloadLengthOffset) };
}

/**
 * Where the compressed kernel in a bzImage ends, in bytes from its beginning.
 *
 * @param head what the file begins with, header and all
 * @returns undefined for what is no bzImage, or does not say
 */
export function payloadEnd(head: Uint8Array): number | undefined {
  if (setupHeaderProblem(head) !== undefined) return undefined;
  const { start, length } = payloadPlace(head);
  return length === 0 ? undefined : start + length;
}

const bufferOf = ({ buffer, byteOffset, byteLength }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, byteLength);
