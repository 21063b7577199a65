import { closeSync, ftruncateSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { chmod, open, rename, unlink } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ZosiaError, systemErrorCode } from '../errors.js';
import type { Text } from '../wording.js';
import { option, wording } from '../wording.js';
import { makeFolder } from './make-folder.js';
import { moveUnlessThere } from './move.js';
import { checkOutputTarget } from './output-target.js';
import { isOutOfResources, isOutOfRoom, systemReason } from './system-errors.js';
import { claimTemporary, isInTemporaryFolder, releaseTemporary, sweepOnce } from './temporary.js';

export interface OutputOptions {
  /** Cancels the write: the temporary file is removed and the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Permission bits before the umask; 0o644 unless given. */
  readonly mode?: number | undefined;
  /**
   * False: what another process may have put at the path meanwhile stays, and what was written is dropped.
   * True unless given.
   */
  readonly replace?: boolean | undefined;
  /** False for a file that need not outlive a crash of the machine: it is then not synced. */
  readonly durable?: boolean | undefined;
}

export interface OutputFileOptions extends OutputOptions {
  /**
   * Makes the file that is then written over, at a path where there is none. False when it could not,
   * and has left nothing there: the file then starts out empty.
   */
  readonly begin?: ((temporary: string) => Promise<boolean>) | undefined;
}

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
  options.signal?.throwIfAborted();
  await checkOutputTarget(path);
  try {
    await makeFolder(dirname(path));
    return await writeInFolder(dirname(path), path, write, options);
  } catch (error) {
    throw outputError(path, error);
  }
}

/**
 * {@link writeOutputFile} where the folder is there and whatever stands at `path` may be replaced.
 *
 * @param folder where the temporary file goes: on the file system of `path`
 * @param path may be bytes, for a name that is no UTF-8
 * @throws the system's errors as they are, and the signal's reason when cancelled
 */
export async function writeInFolder<T>(
  folder: string,
  path: string | Buffer,
  write: (file: FileHandle, begun: boolean) => Promise<T>,
  { signal, mode = 0o644, durable = true, replace = true, begin }: OutputFileOptions,
): Promise<T> {
  await sweepOnce(folder);
  const { handle, begun, path: temporary } = await openTemporary(folder, mode, begin);
  try {
    let result: T;
    try {
      result = await write(handle, begun);
      if (durable) await handle.sync();
    } finally {
      await handle.close();
    }
    signal?.throwIfAborted();
    if (replace) await rename(temporary, path);
    else if (!(await moveUnlessThere(temporary, path))) await unlink(temporary);
    return result;
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  } finally {
    releaseTemporary(temporary);
  }
}

/** Bytes of a file that follow each other, and where. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/**
 * {@link writeInFolder} for a small file that need not outlive a crash of the machine: at once. Handing
 * each of its five calls to another thread takes many times as long as the call, which counts where
 * there are a hundred thousand files.
 *
 * @param pieces what is in the file, in order; what lies between them are holes
 */
export function writeSmallInFolder(
  folder: string,
  path: string | Buffer,
  { pieces, sizeBytes, mode }: { pieces: readonly Piece[]; sizeBytes: number; mode: number },
): void {
  const temporary = claimTemporary(folder);
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      for (const { offset, bytes } of pieces) {
        for (let done = 0; done < bytes.length;) {
          done += writeSync(file, bytes, done, bytes.length - done, offset + done);
        }
      }
      const last = pieces.at(-1);
      const end = last ? last.offset + last.bytes.length : 0;
      if (end < sizeBytes) ftruncateSync(file, sizeBytes);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  } finally {
    releaseTemporary(temporary);
  }
}

/**
 * Makes the folder that an output goes into, and those above it.
 *
 * @throws ZosiaError as {@link writeOutputFile}
 */
export async function makeOutputFolder(path: string): Promise<void> {
  await makeFolder(path).catch((error: unknown) => {
    throw outputError(path, error, 'folder');
  });
}

/** {@link writeOutputFile} for what is made by other calls of the system, as a symbolic link is. */
export async function makeOutput<T>(path: string, make: () => Promise<T>): Promise<T> {
  return make().catch((error: unknown) => {
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

async function openTemporary(
  folder: string,
  mode: number,
  begin: OutputFileOptions['begin'],
): Promise<{ handle: FileHandle; begun: boolean; path: string }> {
  const path = claimTemporary(folder);
  try {
    const handle = await open(path, 'wx', mode);
    if (!begin) return { handle, begun: false, path };
    return { ...(await beginAgain(handle, path, begin)), path };
  } catch (error) {
    releaseTemporary(path);
    throw error;
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

/** The error for an output that cannot be written; what has another cause stays as it is. */
export function outputError(
  path: string,
  cause: unknown,
  kind: 'file' | 'folder' = 'file',
): unknown {
  const code = systemErrorCode(cause);
  if (code === undefined || cause instanceof ZosiaError) return cause;
  const isTemporary = isInTemporaryFolder(path);
  /** What to do, and where else to write. */
  const elsewhere = (advice: string): readonly [Text, ...Text[]] =>
    isTemporary
      ? [`${advice}, ${TEMPORARY_PLACE}.`]
      : [wording`${advice}, or name another place with ${option('out')}.`, `${advice}.`];
  if (isOutOfRoom(cause)) {
    return code === 'EFBIG'
      ? new ZosiaError('ZOSIA_DISK_FULL', `${path} is larger than a file may be there`, {
          hint: elsewhere('Raise the limit (ulimit -f)'),
          cause,
        })
      : new ZosiaError('ZOSIA_DISK_FULL', `no room to write ${path}`, {
          hint: elsewhere('Free some space'),
          cause,
        });
  }
  // What it was filled from may have failed, or the process have run out of something.
  if (!OF_THE_PLACE.includes(code) && !WRITING_CALLS.includes(syscallOf(cause))) return cause;
  if (isOutOfResources(cause)) return cause;
  return new ZosiaError(
    'ZOSIA_OUTPUT_UNWRITABLE',
    `${path} cannot be written: ${systemReason(cause)}`,
    {
      hint: isTemporary
        ? `Check the folder for temporary files, ${TEMPORARY_PLACE}.`
        : kind === 'folder'
          ? [
              wording`Name another folder, one that you may write to, with ${option('out')}.`,
              // Most commands without that option write below the folder that they are run in.
              'Go to a folder that you may write to first, or name one.',
            ]
          : [
              wording`Name a file in a folder you may write to with ${option('out')}.`,
              'Name a file in a folder you may write to, or go to such a folder first.',
            ],
      cause,
    },
  );
}

const TEMPORARY_PLACE = 'or set TMPDIR to another folder';

/** What the system says of the place that an output goes to. */
const OF_THE_PLACE: readonly string[] = [
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOTDIR',
  'EISDIR',
  'EEXIST',
  'ENOENT',
  'ENAMETOOLONG',
  'ELOOP',
];

/** Only the output is written to. */
const WRITING_CALLS: readonly (string | undefined)[] = [
  'write',
  'fsync',
  'fdatasync',
  'ftruncate',
  'rename',
  'link',
  'mkdir',
  'symlink',
  'readlink',
  'unlink',
];

const syscallOf = (error: unknown): string | undefined =>
  error instanceof Error ? (error as NodeJS.ErrnoException).syscall : undefined;
