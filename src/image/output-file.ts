import { unlinkSync } from 'node:fs';
import { mkdir, open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ZosiaError, systemErrorCode } from '../errors.js';

export interface OutputOptions {
  /** Cancels the write: the temporary file is removed and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
  /** Permission bits before the umask; 0o644 unless given. */
  readonly mode?: number;
  /** False for a file that need not outlive a crash of the machine: it is then not synced. */
  readonly durable?: boolean;
}

/** Temporary files of writes under way, so that even a process that exits early leaves none. */
const temporaries = new Set<string>();
let counter = 0;

process.on('exit', () => {
  for (const path of temporaries) {
    try {
      unlinkSync(path);
    } catch {
      // Gone already, or the folder is: nothing more can be done while exiting.
    }
  }
});

/**
 * Writes a file whole or not at all: under a temporary name in its own folder, synced, then renamed.
 * Whatever stood at `path` stays as it was until the rename. Missing folders are made.
 *
 * @throws ZosiaError `ZOSIA_DISK_FULL`, `ZOSIA_OUTPUT_UNWRITABLE`; the signal's reason when cancelled
 */
export async function writeOutputFile<T>(
  path: string,
  write: (file: FileHandle) => Promise<T>,
  options: OutputOptions = {},
): Promise<T> {
  const { signal, mode = 0o644, durable = true } = options;
  signal?.throwIfAborted();
  let temporary: string | undefined;
  try {
    await mkdir(dirname(path), { recursive: true });
    const { handle, path: opened } = await openTemporary(dirname(path), mode);
    temporary = opened;
    let result: T;
    try {
      result = await write(handle);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
    signal?.throwIfAborted();
    await rename(temporary, path);
    temporaries.delete(temporary);
    return result;
  } catch (error) {
    if (temporary !== undefined) {
      await unlink(temporary).catch(() => undefined);
      temporaries.delete(temporary);
    }
    throw outputError(path, error);
  }
}

/**
 * Makes the folder that an output goes into, and those above it.
 *
 * @throws ZosiaError as {@link writeOutputFile}
 */
export async function makeOutputFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error: unknown) => {
    throw outputError(path, error);
  });
}

/** {@link writeOutputFile} for contents that are in memory already. */
export async function writeOutput(
  path: string,
  contents: string | Uint8Array,
  options: OutputOptions = {},
): Promise<void> {
  await writeOutputFile(path, (file) => file.writeFile(contents), options);
}

/**
 * Opens a new file beside the final one. The name owes nothing to the final name, which may be as long
 * as the file system allows; one left by a process that was killed is passed over.
 */
async function openTemporary(
  folder: string,
  mode: number,
): Promise<{ handle: FileHandle; path: string }> {
  for (;;) {
    const path = join(folder, `.zosia-${process.pid}-${++counter}.tmp`);
    temporaries.add(path);
    try {
      return { handle: await open(path, 'wx', mode), path };
    } catch (error) {
      temporaries.delete(path);
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    }
  }
}

function outputError(path: string, cause: unknown): unknown {
  switch (systemErrorCode(cause)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new ZosiaError('ZOSIA_DISK_FULL', `no room to write ${path}`, {
        hint: 'Free some space, or name another place with --out.',
        cause,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'EISDIR':
    case 'EEXIST':
    case 'ENOENT':
    case 'ENAMETOOLONG':
      return new ZosiaError(
        'ZOSIA_OUTPUT_UNWRITABLE',
        `${path} cannot be written (${systemErrorCode(cause)!})`,
        { hint: 'Name a file in a folder you may write to with --out.', cause },
      );
    default:
      return cause;
  }
}
