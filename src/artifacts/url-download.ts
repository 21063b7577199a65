import { ZosiaError } from '../errors.js';
import { escapeName } from '../formats/escaped-name.js';
import { GIB } from '../image/units.js';
import { httpTransport } from './http-transport.js';
import type { LockedPackage } from './lock.js';
import { originName } from './origin.js';
import { PackageGoneError } from './transport.js';
import type { DownloadOptions } from './transport.js';

const MAX_DOWNLOAD_BYTES = 16 * GIB;

export interface UrlDownloadOptions extends Pick<DownloadOptions, 'onWait' | 'signal'> {
  /** The most that is downloaded; 16 GiB unless given. */
  readonly maxBytes?: number | undefined;
  /** Called with what a row of progress calls it, and how far it is. */
  readonly onBytes?:
    ((name: string, receivedBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Downloads what is at a URL, whose user name and password are sent to its host alone.
 *
 * @param path where it goes; does not exist yet
 * @throws ZosiaError `ZOSIA_DOWNLOAD_FAILED`, `ZOSIA_DOWNLOAD_CORRUPT` for more than `maxBytes`,
 *   `ZOSIA_DISK_FULL`; the signal's reason when cancelled
 */
export async function downloadUrl(
  url: URL,
  path: string,
  { maxBytes = MAX_DOWNLOAD_BYTES, onBytes, onWait, signal }: UrlDownloadOptions = {},
): Promise<void> {
  const last = decodeURIComponent(url.pathname.split('/').at(-1)! || url.host);
  const name = escapeName(new TextEncoder().encode(last));
  const { username, password } = url;
  const isNamed = username + password !== '';
  const bare = new URL(url);
  bare.username = bare.password = bare.hash = '';
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const transport = httpTransport(
    { name: 'the server', host: url.host, baseUrl: () => bare.href },
    {
      hints: (statusCode) => hintFor(statusCode, isNamed),
      ...(isNamed && {
        headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
      }),
    },
  );
  // The transport downloads packages; of this one nothing but the size's bound is known.
  const wanted: LockedPackage = {
    name,
    version: '0',
    architecture: 'all',
    suite: 'bookworm',
    poolPath: '',
    sizeBytes: maxBytes,
    sha256: '',
  };
  try {
    await transport.download(wanted, path, {
      signal,
      onWait,
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

/** @param isNamed whether a user was named to the server */
function hintFor(statusCode: number | undefined, isNamed: boolean): string {
  if (statusCode === 401 || statusCode === 403) {
    return isNamed
      ? 'The server does not let this user have it. Check the user and the password in the URL.'
      : 'The server does not let everybody have it. Where it wants a user, name one in the URL: https://user:password@host/path';
  }
  if (statusCode === 429 || (statusCode !== undefined && statusCode >= 500)) {
    return 'The server cannot answer now. Try again later.';
  }
  if (statusCode !== undefined) return 'Check the URL.';
  return 'Check the URL, the network connection and the proxy settings, then run the same command again.';
}
