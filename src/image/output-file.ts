import { unlinkSync } from 'node:fs';
import { chmod, open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { makeFolder } from './make-folder.js';
import { checkOutputTarget } from './output-target.js';

export interface OutputOptions {
  /** Cancels the write: the temporary file is removed and the signal's reason is thrown. */
  readonly signal?: AbortSignal;
  /** Permission bits before the umask; 0o644 unless given. */
  readonly mode?: number;
  /** False for a file that need not outlive a crash of the machine: it is then not synced. */
  readonly durable?: boolean;
}

export interface OutputFileOptions extends OutputOptions {
  /**
   * Makes the file that is then written over, at a path where there is none. False when it could not,
   * and has left nothing there: the file then starts out empty.
   */
  readonly begin?: (temporary: string) => Promise<boolean>;
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
 * Whatever stood at `path` stays as it was until the rename; only a regular file, or a symlink to one,
 * is replaced. Missing folders are made.
 *
 * @param write fills the file; `begun` tells whether it is one that `begin` made, not an empty one
 * @throws ZosiaError `ZOSIA_DISK_FULL`, `ZOSIA_OUTPUT_UNWRITABLE`; the signal's reason when cancelled
 */
export async function writeOutputFile<T>(
  path: string,
  write: (file: FileHandle, begun: boolean) => Promise<T>,
  options: OutputFileOptions = {},
): Promise<T> {
  const { signal, mode = 0o644, durable = true, begin } = options;
  signal?.throwIfAborted();
  await checkOutputTarget(path);
  let temporary: string | undefined;
  try {
    await makeFolder(dirname(path));
    const { handle, begun, path: opened } = await openTemporary(dirname(path), mode, begin);
    temporary = opened;
    let result: T;
    try {
      result = await write(handle, begun);
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
  await makeFolder(path).catch((error: unknown) => {
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
  begin: OutputFileOptions['begin'],
): Promise<{ handle: FileHandle; begun: boolean; path: string }> {
  for (;;) {
    const path = join(folder, `.zosia-${process.pid}-${++counter}.tmp`);
    temporaries.add(path);
    try {
      const handle = await open(path, 'wx', mode);
      if (!begin) return { handle, begun: false, path };
      return { ...(await beginAgain(handle, path, begin)), path };
    } catch (error) {
      temporaries.delete(path);
      if (systemErrorCode(error) !== 'EEXIST') throw error;
    }
  }
}

/** Puts what `begin` makes in the place of a new, empty file, with the permissions that one got. */
async function beginAgain(
  empty: FileHandle,
  path: string,
  begin: (temporary: string) => Promise<boolean>,
): Promise<{ handle: FileHandle; begun: boolean }> {
  const { mode } = await empty.stat();
  await empty.close();
  await unlink(path);
  const begun = await begin(path);
  if (!begun) return { handle: await open(path, 'wx', mode), begun };
  try {
    await chmod(path, mode & 0o7777);
    return { handle: await open(path, 'r+'), begun };
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  }
}

function outputError(path: string, cause: unknown): unknown {
  switch (systemErrorCode(cause)) {
    case 'EFBIG':
      return new ZosiaError('ZOSIA_DISK_FULL', `${path} is larger than a file may be there`, {
        hint: [
          'Raise the limit (ulimit -f), or name a place on another file system with --out.',
          'Raise the limit (ulimit -f).',
        ],
        cause,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new ZosiaError('ZOSIA_DISK_FULL', `no room to write ${path}`, {
        hint: ['Free some space, or name another place with --out.', 'Free some space there.'],
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
        {
          hint: [
            'Name a file in a folder you may write to with --out.',
            'Name a file in a folder you may write to, or go to such a folder first.',
          ],
          cause,
        },
      );
    default:
      return cause;
  }
}
