import { open } from 'node:fs/promises';
import { Http } from '../download/http.js';
import type { HttpOptions as EngineOptions } from '../download/http.js';
import { shownAnswerer } from '../download/place.js';
import { RequestFailure, failedAt, statusFailure } from '../download/request-failure.js';
import { isOutOfRoom } from '../host/system-errors.js';
import type { LockedPackage } from './lock.js';
import {
  PackageGoneError,
  diskFull,
  downloadCorrupt,
  downloadFailed,
  escapePoolPath,
} from './transport.js';
import type { DownloadOptions, Hints, Transport, WantedFile } from './transport.js';

/** Tries of one package that may fail because of the network or the server. */
const ATTEMPTS = 4;

export interface HttpOptions extends EngineOptions {
  /** Sent with every request to the host that is named first; none unless given. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** What to do about a failure, by the status that was answered, if any was; about the mirror unless given. */
  readonly hints?: ((statusCode?: number) => Hints) | undefined;
}

/** An archive in Debian's layout, by HTTP. */
export interface HttpArchive<Wanted extends WantedFile> {
  /** What messages call it; its host is added. */
  readonly name: string;
  /** The base, ending in `/`, below which a package's pool path lies. */
  readonly baseUrl: (wanted: Wanted) => string;
  readonly host: string;
}

/** Downloads by HTTP what is small enough to be begun anew after a failure: see {@link Http}. */
export function httpTransport<Wanted extends WantedFile = LockedPackage>(
  archive: HttpArchive<Wanted>,
  { headers, hints, ...options }: HttpOptions = {},
): Transport<Wanted> {
  const source = `${archive.name} (${archive.host})`;
  const http = new Http({ attempts: ATTEMPTS, ...options });

  return {
    source,

    async download(wanted, file, downloadOptions) {
      const { signal, onWait } = downloadOptions;
      const url = new URL(`${archive.baseUrl(wanted)}${escapePoolPath(wanted)}`);
      const tryOnce = (): Promise<void> =>
        tryDownload({ http, url, headers }, { wanted, file, source }, downloadOptions);
      try {
        await http.retry(archive.host, tryOnce, { signal, onWait });
      } catch (error) {
        if (!(error instanceof RequestFailure)) throw error;
        const { reason, status, place, hint = hints?.(status) } = error;
        const where = place ? shownAnswerer(place, source) : source;
        throw downloadFailed(wanted, where, reason, { cause: error, hint });
      }
    },

    close: () => http.close(),
  };
}

interface Asked extends Pick<HttpOptions, 'headers'> {
  readonly http: Http;
  readonly url: URL;
}

interface Target {
  readonly wanted: WantedFile;
  readonly file: string;
  readonly source: string;
}

async function tryDownload(
  { http, url, headers: credentials }: Asked,
  { wanted, file, source }: Target,
  { signal, onBytes }: DownloadOptions,
): Promise<void> {
  const answer = await http.open(url, { credentials, signal });
  try {
    const { status, headers } = answer;
    if (status === 404 || status === 410) throw new PackageGoneError(`${status}`);
    if (status !== 200) throw statusFailure(status, headers);
    const totalBytes = Number(headers['content-length'] ?? NaN);
    const handle = await open(file, 'w');
    try {
      let receivedBytes = 0;
      for await (const chunk of answer.chunks()) {
        receivedBytes += chunk.length;
        if (receivedBytes > wanted.sizeBytes) {
          throw downloadCorrupt(wanted, source, `it is longer than ${wanted.sizeBytes} bytes`);
        }
        await handle.writeFile(chunk);
        onBytes?.(receivedBytes, totalBytes);
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isOutOfRoom(error)) throw diskFull(wanted, error);
    throw failedAt(answer, error);
  } finally {
    answer.dispose();
  }
}
