import { createReadStream } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { option, wording } from '../wording.js';
import { makeFolder } from '../host/make-folder.js';
import { moveUnlessThere } from '../host/move.js';
import { writeOutputFile } from '../host/output-file.js';
import { isOutOfResources, systemReason } from '../host/system-errors.js';
import { claimTemporary, releaseTemporary, sweepOnce } from '../host/temporary.js';

/** Where what guests print is kept. */
export interface LogOptions {
  readonly folder: string;
  /** Whether the logs of boots that gave a result are kept, too. */
  readonly keepAll: boolean;
  /** A file that always has the log of the last boot. */
  readonly lastFile?: string | undefined;
}

/**
 * Makes an empty file for a boot's console. Its name is a temporary one until it is known that the log is
 * to be kept.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_UNWRITABLE`
 */
export async function createBootLog(folder: string): Promise<string> {
  try {
    await makeFolder(folder);
    await sweepOnce(folder);
    const path = claimTemporary(folder);
    await (await open(path, 'wx')).close();
    return path;
  } catch (error) {
    throw unwritable(folder, error);
  }
}

/**
 * Gives a log its final name, with the time in it; never one that exists.
 *
 * @returns the new path
 * @throws ZosiaError `ZOSIA_OUTPUT_UNWRITABLE`
 */
export async function keepBootLog(log: string, time: Date): Promise<string> {
  const stamp = `${time.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
  try {
    for (let number = 1; ; number++) {
      const path = join(dirname(log), `perf-${stamp}-${number}.log`);
      if (!(await moveUnlessThere(log, path))) continue;
      releaseTemporary(log);
      return path;
    }
  } catch (error) {
    throw unwritable(dirname(log), error);
  }
}

function unwritable(folder: string, cause: unknown): unknown {
  if (systemErrorCode(cause) === undefined || isOutOfResources(cause)) return cause;
  return new ZosiaError(
    'ZOSIA_OUTPUT_UNWRITABLE',
    `no logs can be kept in ${folder}: ${systemReason(cause)}`,
    { hint: wording`Name a folder that you may write to with ${option('logDir')}.`, cause },
  );
}

/**
 * Copies a log to where the last one is to be found, with what QEMU had to say after it.
 *
 * @throws ZosiaError `ZOSIA_OUTPUT_UNWRITABLE`, `ZOSIA_DISK_FULL`
 */
export async function copyBootLog(log: string, stderr: string, target: string): Promise<void> {
  await writeOutputFile(target, async (file) => {
    for await (const bytes of createReadStream(log)) await file.write(bytes as Buffer);
    if (stderr !== '') await file.write(`\n--- stderr ---\n${stderr}\n`);
  });
}

export async function removeBootLog(log: string): Promise<void> {
  await unlink(log).catch(() => undefined);
  releaseTemporary(log);
}

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
