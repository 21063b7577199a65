import { ZosiaError } from '../errors.js';
import { MIB } from '../image/units.js';
import type { HttpAnswer, HttpClient, HttpRequest } from './http-client.js';
import { Http } from './http.js';
import type { HttpOptions } from './http.js';
import { shownAnswerer } from './place.js';
import { RequestFailure, failedAt, statusFailure } from './request-failure.js';

const MAX_ANSWER_BYTES = 4 * MIB;

const NETWORK_HINT =
  'Check the network connection and proxy settings, then run the same command again.';

/** A client that has connections of its own. */
export interface OpenHttpClient extends HttpClient {
  /** Ends connections that are kept open. */
  close(): Promise<void>;
}

/** Asks APIs by HTTP: see {@link HttpClient}. */
export function openHttpClient(options: HttpOptions = {}): OpenHttpClient {
  const http = new Http(options);
  return { ...httpClient(http), close: () => http.close() };
}

/** {@link openHttpClient} over connections that others use, too. */
export function httpClient(http: Http): HttpClient {
  return {
    async request(url, asked) {
      const { what, signal, onWait } = asked;
      const bare = new URL(url);
      bare.username = bare.password = bare.hash = '';
      try {
        return await http.retry(url.host, () => tryRequest(http, bare, asked), {
          signal,
          onWait,
          onRetry: onWait,
        });
      } catch (error) {
        if (!(error instanceof RequestFailure)) throw error;
        const { reason, place, hint = NETWORK_HINT } = error;
        const where = place ? shownAnswerer(place, url.host) : url.host;
        throw new ZosiaError(
          'ZOSIA_DOWNLOAD_FAILED',
          `cannot ask ${where} for ${what}: ${reason}`,
          {
            hint,
            cause: error,
          },
        );
      }
    },
  };
}

async function tryRequest(http: Http, url: URL, asked: HttpRequest): Promise<HttpAnswer> {
  const { maxBytes = MAX_ANSWER_BYTES, headersOnly = false } = asked;
  const answer = await http.open(url, asked);
  try {
    const { status, headers, url: from, sentBy } = answer;
    const failure = statusFailure(status, headers);
    if (failure.isTransient) throw failure;
    const chunks: Uint8Array[] = [];
    if (headersOnly) return { status, headers, url: from, sentBy, bytes: new Uint8Array() };
    let receivedBytes = 0;
    for await (const chunk of answer.chunks()) {
      receivedBytes += chunk.length;
      if (receivedBytes > maxBytes) {
        throw new RequestFailure(`its answer is longer than ${maxBytes} bytes`, {
          isTransient: false,
        });
      }
      chunks.push(chunk);
    }
    return { status, headers, url: from, sentBy, bytes: Buffer.concat(chunks) };
  } catch (error) {
    throw failedAt(answer, error);
  } finally {
    answer.dispose();
  }
}
