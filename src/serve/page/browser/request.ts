import { askText } from './dialog.js';
import { apiKey } from './store.js';

/** What went wrong with a request, in words for the reader. */
export class RequestError extends Error {}

const MOST_QUOTED_CHARACTERS = 500;

/**
 * Asks the server that the page is from. Where it wants an API key, the reader is asked for it.
 *
 * @throws RequestError it could not be reached, or refused
 */
export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const key = apiKey.read();
    const response = await reach(path, key, init);
    if (response.ok) return response;
    if (response.status !== 401) throw await refusal(response);
    // Another request may have been given the key meanwhile.
    if (apiKey.read() === key && !(await askForKey(key !== undefined))) {
      throw new RequestError(
        'The server wants an API key, which zosia serve showed when it made it.',
      );
    }
  }
}

async function reach(path: string, key: string | undefined, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  if (key !== undefined) headers.set('Authorization', `Bearer ${key}`);
  try {
    return await fetch(path, { ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new RequestError('The server cannot be reached. Is zosia serve still running?');
  }
}

let asking: Promise<boolean> | undefined;

/** One dialog for all requests that are refused while it is open; false: there is no key. */
function askForKey(wasRefused: boolean): Promise<boolean> {
  asking ??= askText({
    title: 'API key',
    text: wasRefused
      ? 'The server did not accept that key.'
      : 'The server wants the API key that zosia serve showed. It is kept until this tab is closed.',
    label: 'Key',
    agree: 'Use this key',
    isSecret: true,
  })
    .then((answer) => {
      // What is pasted may bring spaces along; others than ASCII's would be no header at all.
      const key = answer?.replace(/[^\x21-\x7e]/g, '') ?? '';
      if (key !== '') apiKey.write(key);
      return key !== '';
    })
    .finally(() => {
      asking = undefined;
    });
  return asking;
}

async function refusal(response: Response): Promise<RequestError> {
  const text = await response.text().catch(() => '');
  const message = errorMessage(text) ?? text.trim().slice(0, MOST_QUOTED_CHARACTERS);
  const seconds = response.headers.get('Retry-After');
  const parts = [
    `${meaningOf(response.status)} (HTTP ${response.status})`,
    ...(message === '' ? [] : [message]),
    ...(seconds !== null && /^\d+$/.test(seconds) ? [`Try again in ${seconds} s.`] : []),
  ];
  return new RequestError(
    `${parts[0]!}${parts.length > 1 ? `: ${parts.slice(1).join(' ')}` : '.'}`,
  );
}

function meaningOf(status: number): string {
  if (status === 413) return 'The conversation is too long for the server';
  if (status === 429 || status === 503) return 'The server has no room for this now';
  return status >= 500 ? 'The server failed' : 'The server refused the request';
}

/** What an error of the API says: `{ "error": { "message": ... } }`, or a text there. */
export function errorMessage(json: string): string | undefined {
  try {
    const { error } = JSON.parse(json) as { error?: string | { message?: unknown } | null };
    if (typeof error === 'string') return error;
    return typeof error?.message === 'string' ? error.message : undefined;
  } catch {
    return undefined;
  }
}
