import type { FileHandle } from 'node:fs/promises';
import { imageChunks } from './chunks.js';
import type { Image } from './image.js';
import { writeOutputFile } from './output-file.js';
import type { OutputOptions } from './output-file.js';

export interface WriteRawOptions extends OutputOptions {
  /** Called after each piece with the bytes of data written so far. */
  readonly onProgress?: (doneBytes: number) => void;
}

/** Runs of zeros this long, and aligned like this, are left as holes. */
const HOLE_BYTES = 64 * 1024;

/**
 * Writes an image as a plain file. Gaps become holes, and so do long runs of zeros in the data, so the
 * file takes no more room than its contents; the bytes read back are the same either way.
 *
 * @throws ZosiaError as {@link writeOutputFile} and `imageChunks`; nothing is left behind then
 */
export async function writeRaw(
  image: Image,
  path: string,
  options: WriteRawOptions = {},
): Promise<void> {
  const { signal, onProgress } = options;
  await writeOutputFile(
    path,
    async (file) => {
      await file.truncate(image.sizeBytes);
      let doneBytes = 0;
      for await (const { offset, bytes } of imageChunks(image, signal)) {
        await writeSparse(file, offset, bytes);
        doneBytes += bytes.length;
        onProgress?.(doneBytes);
      }
    },
    options,
  );
}

/** Writes the runs of blocks that are not all zeros. */
async function writeSparse(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  let start = 0;
  let end = 0;
  while (end < bytes.length) {
    const blockEnd = Math.min(bytes.length, end + HOLE_BYTES - ((offset + end) % HOLE_BYTES));
    if (isZero(bytes.subarray(end, blockEnd))) {
      await writeAll(file, offset + start, bytes.subarray(start, end));
      start = blockEnd;
    }
    end = blockEnd;
  }
  await writeAll(file, offset + start, bytes.subarray(start, end));
}

async function writeAll(file: FileHandle, offset: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, offset + done);
    done += bytesWritten;
  }
}

const ZEROS = Buffer.alloc(HOLE_BYTES);

function isZero(bytes: Uint8Array): boolean {
  return bytes[0] === 0 && ZEROS.subarray(0, bytes.length).equals(bytes);
}
