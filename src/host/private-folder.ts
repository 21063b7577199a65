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
  const onError = (cause: unknown): unknown => {
    if (systemErrorCode(cause) === undefined || isOutOfResources(cause)) return cause;
    return new ZosiaError(
      isOutOfRoom(cause) ? 'ZOSIA_DISK_FULL' : 'ZOSIA_TEMPORARY_UNUSABLE',
      `the folder for temporary files, ${tmpdir()}, cannot be used: ${systemReason(cause)}`,
      { hint: 'Set TMPDIR to a folder that exists and that you may write to.', cause },
    );
  };
  return withTemporaryFolder(tmpdir(), use, { ...options, onError });
}
