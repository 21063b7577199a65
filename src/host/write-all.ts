import type { FileHandle } from 'node:fs/promises';

/**
 * What is written at once. Linux backs a larger write with larger folios of its page cache, and finding
 * those takes up to ten times the time of the copy where memory is fragmented, or is only lent to a
 * virtual machine; smaller writes pay more for each call.
 */
const WRITE_BYTES = 256 << 10;

/** Writes bytes to a place of a file, all of them: the system may take fewer at once. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(WRITE_BYTES, bytes.length - done);
    const { bytesWritten } = await file.write(bytes, done, length, offset + done);
    done += bytesWritten;
  }
}
