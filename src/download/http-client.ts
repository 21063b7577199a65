import type * as v from 'valibot';
import { ZosiaError } from '../errors.js';
import { parseJson } from '../json.js';
import { shownAnswerer } from './place.js';

/** A request for something small, that is answered in memory. */
export interface HttpRequest {
  /** What messages call what is asked for: "the files of owner/repo". */
  readonly what: string;
  /** GET unless given. */
  readonly method?: 'GET' | 'HEAD' | undefined;
  /** Names in lower case; sent to every host that a redirection leads to. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Sent to the URL's own origin (scheme, host and port) alone: a redirect to another drops them. */
  readonly credentials?: Readonly<Record<string, string>> | undefined;
  /** Whether the status and headers are all that is wanted: then the body is not received, however long it is. */
  readonly headersOnly?: boolean | undefined;
  /** The most bytes that the body may have; 4 MiB unless given. */
  readonly maxBytes?: number | undefined;
  /**
   * Which redirections are followed; `all` unless given. One that is not is the answer. With `same-host`, what is
   * said by the host that knows a file is told from what is said by the host that has its bytes.
   */
  readonly redirects?: 'all' | 'same-host' | 'none' | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before a pause: one that the server asks for, or one before another try. */
  readonly onWait?: ((reason: string, pauseMs: number) => void) | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; values of a header that came several times are joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
  /** Where the answer came from: after redirections another URL than was asked. May have secrets in its query. */
  readonly url: URL;
  /** The hosts that sent the request on to another one, the first asked first. */
  readonly sentBy?: readonly string[] | undefined;
}

/** Asks what is small of an API. Tests put their own in its place. */
export interface HttpClient {
  /**
   * Answers of status 2xx, 3xx that are not followed, 4xx and 501 are given to the caller, who knows what they mean.
   * What may be better at another try (no connection, a broken or stalled answer, 408, 429, other 5xx) is tried again.
   *
   * @throws ZosiaError `ZOSIA_DOWNLOAD_FAILED` where tries did not help, for a redirection that may not be followed,
   *   and for a body that is longer than allowed; `ZOSIA_OFFLINE`; the signal's reason when cancelled
   */
  request(url: URL, request: HttpRequest): Promise<HttpAnswer>;
}

/** One that never touches the network. */
export function offlineClient(): HttpClient {
  return {
    request: ({ host }, { what }) =>
      Promise.reject(
        new ZosiaError('ZOSIA_OFFLINE', `${what} would have to be asked of ${host}`, {
          hint: 'Run the same command once while online.',
        }),
      ),
  };
}

/**
 * The JSON of an answer.
 *
 * @param what what messages call what was asked for
 * @throws ZosiaError `ZOSIA_DOWNLOAD_FAILED` for a body that is not UTF-8, no JSON, or not of the schema
 */
export function jsonOf<const Schema extends v.GenericSchema>(
  { bytes, url, sentBy }: Pick<HttpAnswer, 'bytes' | 'url' | 'sentBy'>,
  schema: Schema,
  what: string,
): v.InferOutput<Schema> {
  const fail = (problem: string, cause?: unknown): ZosiaError =>
    new ZosiaError(
      'ZOSIA_DOWNLOAD_FAILED',
      `${shownAnswerer({ url, sentBy }, url.host)} tells ${what} in another form: ${problem}`,
      {
        hint: 'Something on the way may answer in its place: check the network and proxy settings.',
        cause,
      },
    );
  return parseJson(schema, textOf(bytes, fail), fail);
}

function textOf(bytes: Uint8Array, fail: (problem: string, cause: unknown) => Error): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw fail('it is not UTF-8', cause);
  }
}
