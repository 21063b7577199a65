import { constants, readSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { closable } from '../image/closable.js';
import type { FileStamp } from '../image/image.js';
import { checkRange } from '../image/random-access.js';
import type { OpenRandomAccess } from '../image/random-access.js';
import { notRegularFile, unreadable } from './file-errors.js';
import { stampOf } from './file-stamp.js';

/** An {@link OpenRandomAccess} that is a file of the host. */
export interface OpenFile extends OpenRandomAccess {
  /** What the file was when it was opened. */
  readonly stamp: FileStamp;
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
    async (error: unknown) => {
      // What open(2) says of a socket, and of a device that is not there.
      const found =
        systemErrorCode(error) === 'ENXIO' ? await stat(path).catch(() => undefined) : undefined;
      throw found ? notRegularFile(path, found) : unreadable(path, error);
    },
  );
  try {
    const found = await handle.stat({ bigint: true });
    if (!found.isFile()) throw notRegularFile(path, found);
    const stamp = stampOf(found);
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
      ...closable(() => handle.close()),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
