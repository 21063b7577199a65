import { tmpdir } from 'node:os';
import { ZosiaError, systemErrorCode } from '../errors.js';
import { isOutOfResources, isOutOfRoom, systemReason } from './system-errors.js';
import { withTemporaryFolder } from './temporary.js';

/**
 * Runs `use` with a new folder that nobody else may look into (mode 0700), in the host's folder for
 * temporary files; see {@link withTemporaryFolder}.
 *
 * @throws ZosiaError `ZOSIA_TEMPORARY_UNUSABLE`, `ZOSIA_DISK_FULL`; whatever `use` throws
 */
export async function withPrivateFolder<T>(
  use: (folder: string) => Promise<T>,
  options: { readonly sweep?: boolean | undefined } = {},
): Promise<T> {
  return withPrivateFolderIn(tmpdir(), use, options);
}

/** The longest path that a socket may have: 104 bytes with its NUL on macOS, 108 on Linux (sys/un.h). */
const MAX_SOCKET_PATH_BYTES = 103;
/** What a private folder's name and a socket's in it add to the path of a folder. */
const PRIVATE_PATH_BYTES = 54;

/**
 * {@link withPrivateFolder} for sockets, whose paths have to be short: where the host's folder for temporary
 * files lies deep, it is /tmp.
 *
 * @param use is given the folder; a socket's name in it has at most 8 bytes
 */
export async function withSocketFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const isShort = Buffer.byteLength(tmpdir()) + PRIVATE_PATH_BYTES <= MAX_SOCKET_PATH_BYTES;
  return withPrivateFolderIn(isShort ? tmpdir() : '/tmp', use);
}

function withPrivateFolderIn<T>(
  parent: string,
  use: (folder: string) => Promise<T>,
  options: { readonly sweep?: boolean | undefined } = {},
): Promise<T> {
  const onError = (cause: unknown): unknown => {
    if (systemErrorCode(cause) === undefined || isOutOfResources(cause)) return cause;
    return new ZosiaError(
      isOutOfRoom(cause) ? 'ZOSIA_DISK_FULL' : 'ZOSIA_TEMPORARY_UNUSABLE',
      `the folder for temporary files, ${parent}, cannot be used: ${systemReason(cause)}`,
      { hint: 'Set TMPDIR to a folder that exists and that you may write to.', cause },
    );
  };
  return withTemporaryFolder(parent, use, { ...options, onError });
}
