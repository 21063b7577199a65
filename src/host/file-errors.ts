import type { StatsBase } from 'node:fs';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { explainSystemError, isOutOfResources, systemReason } from './system-errors.js';

/** The error when a file that a user named cannot be opened. */
export function unreadable(path: string, cause: unknown): ZosiaError {
  const code = systemErrorCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') return noSuchFile(path, cause);
  return (
    ofResources(cause) ??
    new ZosiaError('ZOSIA_FILE_UNREADABLE', `${path} cannot be read: ${systemReason(cause)}`, {
      hint: 'Check the permissions of the file and of the folders above it.',
      cause,
    })
  );
}

const ofResources = (cause: unknown): ZosiaError | undefined =>
  isOutOfResources(cause) ? explainSystemError(cause) : undefined;

/** The error when there is no file of a name that a user gave. */
export function noSuchFile(path: string, cause?: unknown): ZosiaError {
  return new ZosiaError(
    'ZOSIA_FILE_NOT_FOUND',
    path === '' ? 'the path of a file is empty' : `${path} does not exist`,
    { hint: 'Check the path; a relative one starts at the current folder.', cause },
  );
}

/** What stat(2) tells of a kind. */
export type FileKind = Pick<
  StatsBase<unknown>,
  'isDirectory' | 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice'
>;

/** What something that is no regular file is called in prose: "a folder". */
export function nameOfFileKind(kind: FileKind): string {
  if (kind.isDirectory()) return 'a folder';
  if (kind.isFIFO()) return 'a FIFO';
  if (kind.isSocket()) return 'a socket';
  return kind.isBlockDevice() || kind.isCharacterDevice() ? 'a device' : 'of an unknown kind';
}

/** The error when what a user named has no bytes that can be read at any place. */
export function notRegularFile(path: string, kind: FileKind): ZosiaError {
  return new ZosiaError(
    'ZOSIA_FILE_UNREADABLE',
    `${path} is ${nameOfFileKind(kind)}, not a regular file`,
    {
      hint: kind.isDirectory()
        ? 'Name a file, for instance one in that folder.'
        : 'Name a regular file: copy into one what is read from here.',
    },
  );
}

/** The error when a file that a plan refers to cannot be read when its turn comes. */
export function noLongerReadable(path: string, cause: unknown): ZosiaError {
  return (
    ofResources(cause) ??
    new ZosiaError(
      'ZOSIA_FILE_NOT_FOUND',
      `${path} cannot be read any more: ${systemReason(cause)}`,
      { hint: 'The image refers to this file; put it back, or build the image again.', cause },
    )
  );
}

/** The error when a file that a plan refers to has lost bytes that the plan counts on. */
export function becameShorter(path: string): ZosiaError {
  return changed(`${path} is shorter than when the image was planned`);
}

/** The error when a file that a plan refers to is not what it was. */
export function becameDifferent(path: string): ZosiaError {
  return changed(`${path} has changed since the image was planned`);
}

function changed(message: string): ZosiaError {
  return new ZosiaError('ZOSIA_FILE_CHANGED', message, {
    hint: 'Wait until whatever writes the file is done, then build the image again.',
  });
}
