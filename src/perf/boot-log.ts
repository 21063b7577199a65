import { open, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { makeFolder } from '../image/make-folder.js';

/** Where what guests print is kept. */
export interface LogOptions {
  readonly folder: string;
  /** Whether the logs of boots that gave a result are kept, too. */
  readonly keepAll: boolean;
}

/**
 * Makes an empty file for a boot's console, with the time in its name; never one that exists.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_UNWRITABLE`
 */
export async function createBootLog(folder: string, time: Date): Promise<string> {
  const stamp = `${time.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  try {
    await makeFolder(folder);
    for (let number = 1; ; number++) {
      const path = join(folder, `perf-${stamp}-${number}.log`);
      try {
        await (await open(path, 'wx')).close();
        return path;
      } catch (error) {
        if (systemErrorCode(error) !== 'EEXIST') throw error;
      }
    }
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    throw new ZosiaError('ZOSIA_OUTPUT_UNWRITABLE', `no logs can be kept in ${folder} (${code})`, {
      hint: 'Name a folder that you may write to with --log-dir.',
      cause: error,
    });
  }
}

export const removeBootLog = (path: string): Promise<void> => unlink(path).catch(() => undefined);

/** As far back as the result can be: llama.cpp prints little, but a kernel may complain. */
const END_BYTES = 2 ** 20;

/** The end of what a guest printed. */
export async function readBootLog(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, END_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
