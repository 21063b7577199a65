import { join } from 'node:path';
import { ZosiaError } from '../errors.js';
import { accessFile } from '../host/access-file.js';
import { digestFile } from '../host/digest.js';
import { makeOutputFolder } from '../host/output-file.js';
import { withTemporaryFolder } from '../host/temporary.js';
import { option, wording } from '../wording.js';
import type { Text } from '../wording.js';
import { originName, parseOrigin } from './origin.js';
import { downloadUrl } from './url-download.js';
import type { UrlDownloadOptions } from './url-download.js';

export interface OriginOptions extends UrlDownloadOptions {
  /** Digest that a tar archive must have, in lower-case hex. */
  readonly sha256?: string | undefined;
  /** The folder in which a download is kept while it is used. */
  readonly temporaryParent: string;
}

/**
 * Runs `use` with the path of what is at an origin: a folder, or a tar archive, which is downloaded first
 * where the origin is a URL.
 *
 * @throws ZosiaError as `parseOrigin`, `downloadUrl` and `checkOriginDigest`; whatever `use` throws
 */
export async function withOrigin<T>(
  from: string,
  options: OriginOptions,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const { sha256, signal, temporaryParent } = options;
  const checked = async (path: string): Promise<string> => {
    if (sha256 !== undefined)
      await checkOriginDigest(path, from, sha256, { signal, hint: OR_NO_DIGEST });
    return path;
  };
  const origin = parseOrigin(from);
  if ('path' in origin) return use(await checked(origin.path));
  await makeOutputFolder(temporaryParent);
  return withTemporaryFolder(temporaryParent, async (folder) => {
    const path = join(folder, 'archive');
    await downloadUrl(origin.url, path, options);
    return use(await checked(path));
  });
}

const OR_NO_DIGEST = wording`Name a tar archive, or leave out ${option('sha256')}.`;

/**
 * Sees that a file has the digest that its origin is pinned by.
 *
 * @param from the origin as it was given
 * @param options.hint what to do about what is no file
 * @throws ZosiaError `ZOSIA_DOWNLOAD_CORRUPT`, `ZOSIA_FILE_NOT_FOUND`, `ZOSIA_FILE_UNREADABLE` for what is no file;
 *   the signal's reason when cancelled
 */
export async function checkOriginDigest(
  path: string,
  from: string,
  expected: string,
  {
    signal,
    hint = 'Name a tar archive, not a folder or a device.',
  }: { readonly signal?: AbortSignal | undefined; readonly hint?: Text | undefined } = {},
): Promise<void> {
  const origin = originName(from);
  let found: string;
  try {
    // Neither of a pipe, which would wait for its writer past any cancellation, nor of a device without end.
    const file = await accessFile(path);
    await file.close();
    found = await digestFile(path, file.sizeBytes, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof ZosiaError && cause.code === 'ZOSIA_FILE_NOT_FOUND') {
      throw new ZosiaError(cause.code, `there is no file at ${origin}`, {
        hint: cause.hint,
        cause,
      });
    }
    throw new ZosiaError('ZOSIA_FILE_UNREADABLE', `${origin} is no file with a sha256`, {
      hint,
      cause,
    });
  }
  if (found === expected) return;
  throw new ZosiaError('ZOSIA_DOWNLOAD_CORRUPT', `${origin} has the sha256 ${found}`, {
    hint: 'It is not the file that was expected. Nothing of it was kept.',
  });
}
