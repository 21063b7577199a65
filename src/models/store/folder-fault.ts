import { constants } from 'node:fs';
import type { Stats } from 'node:fs';
import { access, lstat, readlink, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ZosiaError, systemErrorCode } from '../../errors.js';
import { nameOfFileKind } from '../../host/file-errors.js';
import { isOutOfResources, isOutOfRoom, systemReason } from '../../host/system-errors.js';
import { option, wording } from '../../wording.js';

/**
 * What is wrong with the folder of a store, or with what is above it. A folder that is not there yet is none: the
 * first model makes it.
 *
 * @returns the end of a sentence that begins with the folder, or undefined
 */
export async function folderFault(folder: string): Promise<string | undefined> {
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) return `is ${nameOf(found)}, not a folder`;
    await access(folder, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    if (systemErrorCode(error) === 'ELOOP') return 'is a link that leads round in a circle';
    const link = await readlink(folder).catch(() => undefined);
    if (systemErrorCode(error) === 'ENOENT' && link !== undefined) {
      return `is a link to ${link}, which does not exist`;
    }
    if (!NOT_THERE.includes(systemErrorCode(error))) {
      return `cannot be read: ${systemReason(error)}`;
    }
    const above = await nearestAbove(folder);
    const fault = above === undefined ? undefined : await folderFault(above);
    return fault === undefined ? undefined : `cannot be there: ${above} ${fault}`;
  }
}

const NOT_THERE: readonly (string | undefined)[] = ['ENOENT', 'ENOTDIR'];

const nameOf = (found: Stats): string => (found.isFile() ? 'a file' : nameOfFileKind(found));

/** The nearest name above a path that something has, if only a link that leads nowhere. */
async function nearestAbove(path: string): Promise<string | undefined> {
  for (let above = dirname(path); ; above = dirname(above)) {
    const isThere = await lstat(above).then(
      () => true,
      () => false,
    );
    if (isThere) return above;
    if (above === dirname(above)) return undefined;
  }
}

const HINT = [
  wording`Name another folder with ${option('modelsDir')}, or mend this one.`,
  'Name another folder for models, or mend this one.',
] as const;

/**
 * Refuses a store whose folder is none, rather than taking it for one without models.
 *
 * @throws ZosiaError `ZOSIA_MODEL_STORE_UNREADABLE`
 */
export async function requireFolder(folder: string): Promise<void> {
  const fault = await folderFault(folder);
  if (fault !== undefined) throw badStore('ZOSIA_MODEL_STORE_UNREADABLE', folder, fault);
}

/** The error when the records of a store cannot be read. */
export async function unreadableStore(folder: string, cause: unknown): Promise<unknown> {
  const fault = await folderFault(folder);
  return fault === undefined
    ? cause
    : badStore('ZOSIA_MODEL_STORE_UNREADABLE', folder, fault, cause);
}

/** The error when a store takes no files; one that is of something else, or of a full disk, stays as it is. */
export async function unwritableStore(folder: string, error: unknown): Promise<unknown> {
  const cause =
    error instanceof ZosiaError && OF_OUTPUTS.includes(error.code) ? error.cause : error;
  const isOfStore = cause instanceof Error && isBelow(folder, (cause as ErrnoException).path);
  if (!isOfStore || isOutOfResources(cause)) return error;
  if (isOutOfRoom(cause)) {
    return systemErrorCode(cause) === 'EFBIG' ? error : noRoom(folder, undefined, cause);
  }
  const fault =
    (await folderFault(folder)) ??
    (NOT_THERE.includes(systemErrorCode(cause))
      ? `cannot be made: no folder can be made there (${systemErrorCode(cause)})`
      : `cannot be written to: ${systemReason(cause)}`);
  return badStore('ZOSIA_MODEL_STORE_UNWRITABLE', folder, fault, cause);
}

const OF_OUTPUTS: readonly string[] = ['ZOSIA_OUTPUT_UNWRITABLE', 'ZOSIA_DISK_FULL'];

/** The error when there is no room in the folder of a store. @param more how much is needed, and how much there is */
export const noRoom = (folder: string, more?: string, cause?: unknown): ZosiaError =>
  new ZosiaError(
    'ZOSIA_DISK_FULL',
    `no room in ${folder}: ${more ?? `the system says ${systemReason(cause)}`}`,
    {
      hint: [
        wording`zosia model prune and zosia model rm make room, or put models elsewhere with ${option('modelsDir')}.`,
        'zosia model prune and zosia model rm make room.',
      ],
      cause,
    },
  );

type ErrnoException = NodeJS.ErrnoException;

const isBelow = (folder: string, path: string | undefined): boolean =>
  path !== undefined && `${path}/`.startsWith(`${folder}/`);

/** Whether an error says that a store takes no files, be it for want of room. */
export const isUnwritable = (error: unknown): boolean =>
  error instanceof ZosiaError &&
  (error.code === 'ZOSIA_MODEL_STORE_UNWRITABLE' || error.code === 'ZOSIA_DISK_FULL');

const badStore = (
  code: 'ZOSIA_MODEL_STORE_UNREADABLE' | 'ZOSIA_MODEL_STORE_UNWRITABLE',
  folder: string,
  fault: string,
  cause?: unknown,
): ZosiaError =>
  new ZosiaError(code, `${folder}, where models are kept, ${fault}`, { hint: HINT, cause });
