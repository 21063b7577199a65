import { constants, readSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { notRegularFile, unreadable } from '../host/file-errors.js';
import { stampOf } from '../host/file-stamp.js';
import type { FileStamp } from '../host/file-stamp.js';

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
export interface OpenRandomAccess extends RandomAccess {
  close(): Promise<void>;
}

/** An {@link OpenRandomAccess} that is a file of the host. */
export interface OpenFile extends OpenRandomAccess {
  /** What the file was when it was opened. */
  readonly stamp: FileStamp;
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

/**
 * What is read at once rather than by another thread: mostly the host has it in memory, and handing over
 * and waiting take many times as long as copying it. Larger reads leave the process free meanwhile.
 */
const MAX_SYNC_BYTES = 1 << 18;

/**
 * Opens a file for reading at any place.
 *
 * @throws ZosiaError `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE`
 */
export async function accessFile(path: string): Promise<OpenFile> {
  // A FIFO would keep a blocking open, and with it the process, until somebody writes to it.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch(
    (error: unknown) => {
      // What open(2) says of a socket, and of a device that is not there.
      throw systemErrorCode(error) === 'ENXIO' ? notRegularFile(path) : unreadable(path, error);
    },
  );
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw notRegularFile(path);
    const stamp = stampOf(stat);
    return {
      sizeBytes: stamp.sizeBytes,
      stamp,
      async read(offset, length) {
        checkRange(stamp.sizeBytes, offset, length);
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const bytesRead =
            length <= MAX_SYNC_BYTES
              ? readSync(handle.fd, bytes, done, length - done, offset + done)
              : (await handle.read(bytes, done, length - done, offset + done)).bytesRead;
          if (bytesRead === 0) {
            throw new ZosiaError('ZOSIA_FILE_CHANGED', `${path} became shorter while it was read`, {
              hint: 'Wait until whatever writes the file is done, then try again.',
            });
          }
          done += bytesRead;
        }
        return bytes;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
