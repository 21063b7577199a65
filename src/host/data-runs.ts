/** The unit that holes are made of: the block size of the usual file systems. */
export const HOLE_BYTES = 4096;

/** Bytes that go to one place of a file. */
export interface DataRun {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * What is left of `bytes` without the blocks that are all zeros. Blocks are those of the file that the
 * bytes go to, at `offset`; a block that they fill only in part counts like a whole one.
 *
 * Looking for zeros costs a byte's comparison per block of ordinary data, which is why nobody needs to
 * say whether any are expected.
 */
export function* dataRuns(offset: number, bytes: Uint8Array): Generator<DataRun, void, undefined> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (isZero(buffer, 0, buffer.length)) return;
  const run = (start: number, end: number): DataRun => ({
    offset: offset + start,
    bytes: bytes.subarray(start, end),
  });
  let start = 0;
  let end = 0;
  while (end < buffer.length) {
    const blockEnd = Math.min(buffer.length, end + HOLE_BYTES - ((offset + end) % HOLE_BYTES));
    if (isZero(buffer, end, blockEnd)) {
      if (start < end) yield run(start, end);
      start = blockEnd;
    }
    end = blockEnd;
  }
  if (start < end) yield run(start, end);
}

/** Whether the first byte is zero and each other one equals the one before it. */
function isZero(buffer: Buffer, start: number, end: number): boolean {
  if (start === end) return true;
  if (buffer[start] !== 0 || buffer[end - 1] !== 0) return false;
  return buffer.compare(buffer, start + 1, end, start, end - 1) === 0;
}
