import type { Closable } from './closable.js';

/**
 * Anything whose bytes can be read at any place: a file, a buffer, an image that was never written.
 * Every format's reader takes one, so `verify` works the same on a plan and on a disk.
 */
export interface RandomAccess {
  readonly sizeBytes: number;
  /** Exactly `length` bytes from `offset`. @throws RangeError when the range leaves the data. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A {@link RandomAccess} that holds an open file. */
export interface OpenRandomAccess extends RandomAccess, Closable {}

/** Closes what a reader was given, if there is anything to close. */
export async function closeAccess(source: RandomAccess): Promise<void> {
  if ('close' in source) await (source as OpenRandomAccess).close();
}

/** Throws RangeError unless `offset..offset+length` lies inside `sizeBytes`. */
export function checkRange(sizeBytes: number, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!whole || offset < 0 || length < 0 || offset + length > sizeBytes) {
    throw new RangeError(`range ${offset}+${length} is outside of ${sizeBytes} bytes`);
  }
}

/** Reads from bytes in memory. The returned arrays are views, not copies. */
export function accessBytes(bytes: Uint8Array): RandomAccess {
  return {
    sizeBytes: bytes.length,
    read(offset, length) {
      checkRange(bytes.length, offset, length);
      return Promise.resolve(bytes.subarray(offset, offset + length));
    },
  };
}
