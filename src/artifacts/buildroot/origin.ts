import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ZosiaError } from '../../errors.js';
import { accessFile } from '../../host/access-file.js';
import { digestFile } from '../../host/digest.js';
import { makeOutputFolder } from '../../host/output-file.js';
import { withTemporaryFolder } from '../../host/temporary.js';
import { GIB } from '../../image/units.js';
import { option, wording } from '../../wording.js';
import { httpTransport } from '../http-transport.js';
import type { LockedPackage } from '../lock.js';
import { PackageGoneError } from '../transport.js';

/** The most that is downloaded. */
const MAX_DOWNLOAD_BYTES = 16 * GIB;

export interface OriginOptions {
  /** Digest that a tar archive must have, in lower-case hex. */
  readonly sha256?: string | undefined;
  readonly onBytes?:
    ((name: string, receivedBytes: number, totalBytes: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The folder in which a download is kept while it is used. */
  readonly temporaryParent: string;
}

/**
 * What a lock calls an origin: a URL without what may be secret in it, user name, password and query; a
 * path as it was given.
 */
export function originName(from: string): string {
  const url = urlOf(from);
  return url ? `${url.protocol}//${url.host}${url.pathname}` : from;
}

/**
 * Runs `use` with the path of what is at an origin: a folder, or a tar archive, which is downloaded first
 * where the origin is a URL.
 *
 * @throws ZosiaError `ZOSIA_BAD_OPTION` for a URL of another kind, `ZOSIA_DOWNLOAD_FAILED`,
 *   `ZOSIA_DOWNLOAD_CORRUPT` for another digest than the expected one; whatever `use` throws
 */
export async function withOrigin<T>(
  from: string,
  options: OriginOptions,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const url = urlOf(from);
  if (!url || url.protocol === 'file:') {
    const path = url ? fileURLToPath(url) : from;
    await checkDigest(path, from, options);
    return use(path);
  }
  await makeOutputFolder(options.temporaryParent);
  return withTemporaryFolder(options.temporaryParent, async (folder) => {
    const path = join(folder, 'archive');
    await download(url, path, options);
    await checkDigest(path, originName(from), options);
    return use(path);
  });
}

function urlOf(from: string): URL | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(from)) return undefined;
  const url = URL.canParse(from) ? new URL(from) : undefined;
  const isKnown = url && ['http:', 'https:', 'file:'].includes(url.protocol);
  if (isKnown && isDecodable(url)) return url;
  throw new ZosiaError('ZOSIA_BAD_OPTION', 'this is no URL that zosia can fetch from', {
    hint: 'Give one that begins with https://, http:// or file://.',
  });
}

/** Whether what is percent-encoded in it is UTF-8. */
function isDecodable({ pathname, username, password }: URL): boolean {
  try {
    [pathname, username, password].forEach(decodeURIComponent);
    return true;
  } catch {
    return false;
  }
}

async function download(url: URL, path: string, { onBytes, signal }: OriginOptions): Promise<void> {
  const name = decodeURIComponent(url.pathname.split('/').at(-1)! || url.host);
  const { username, password } = url;
  const bare = new URL(url);
  bare.username = bare.password = bare.hash = '';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const transport = httpTransport(
    { name: 'the server', host: url.host, baseUrl: () => bare.href },
    username + password === ''
      ? {}
      : {
          headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
        },
  );
  // The transport downloads packages; of this one nothing but the size's bound is known.
  const wanted: LockedPackage = {
    name,
    version: '0',
    architecture: 'all',
    suite: 'bookworm',
    poolPath: '',
    sizeBytes: MAX_DOWNLOAD_BYTES,
    sha256: '',
  };
  try {
    await transport.download(wanted, path, {
      signal,
      onBytes: (received, total) => onBytes?.(name, received, total || received),
    });
  } catch (error) {
    if (!(error instanceof PackageGoneError)) throw error;
    throw new ZosiaError('ZOSIA_DOWNLOAD_FAILED', `${originName(url.href)} is not there`, {
      hint: 'Check the URL.',
      cause: error,
    });
  } finally {
    await transport.close();
  }
}

async function checkDigest(
  path: string,
  origin: string,
  { sha256: expected, signal }: OriginOptions,
): Promise<void> {
  if (expected === undefined) return;
  let found: string;
  try {
    // Neither of a pipe, which would wait for its writer past any cancellation, nor of a device without end.
    const file = await accessFile(path);
    await file.close();
    found = await digestFile(path, file.sizeBytes, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new ZosiaError('ZOSIA_FILE_UNREADABLE', `${origin} is no file with a sha256`, {
      hint: wording`Name a tar archive, or leave out ${option('sha256')}.`,
      cause,
    });
  }
  if (found === expected) return;
  throw new ZosiaError('ZOSIA_DOWNLOAD_CORRUPT', `${origin} has the sha256 ${found}`, {
    hint: 'It is not the file that was expected. Nothing of it was kept.',
  });
}
