import type { HttpAnswer } from '../../download/http-client.js';
import { shownAnswerer } from '../../download/place.js';
import { ZosiaError, systemErrorCode } from '../../errors.js';
import { option, wording } from '../../wording.js';
import type { Text } from '../../wording.js';

/** A model, or something of it, that its source does not have. */
export function notThere(message: string, hint: Text | readonly [Text, ...Text[]]): ZosiaError {
  return new ZosiaError('ZOSIA_MODEL_NOT_FOUND', message, { hint });
}

/** A model that its source has, and does not give to whoever asks. */
export function refused(message: string, hint: Text | readonly [Text, ...Text[]]): ZosiaError {
  return new ZosiaError('ZOSIA_MODEL_REFUSED', message, { hint });
}

/** A model that its source has in a way that zosia cannot use. */
export function unusable(message: string, hint: Text | readonly [Text, ...Text[]]): ZosiaError {
  return new ZosiaError('ZOSIA_MODEL_UNUSABLE', message, { hint });
}

/** An answer that makes no sense. */
export function badAnswer(message: string, cause?: unknown): ZosiaError {
  return new ZosiaError('ZOSIA_DOWNLOAD_FAILED', message, {
    hint: 'Something on the way may answer in its place: check the network and proxy settings.',
    cause,
  });
}

/** An answer with a status that nobody expected. */
export function badStatus(
  { status, url, sentBy }: Pick<HttpAnswer, 'status' | 'url' | 'sentBy'>,
  host: string,
  what: string,
): ZosiaError {
  return new ZosiaError(
    'ZOSIA_DOWNLOAD_FAILED',
    `${shownAnswerer({ url, sentBy }, host)} answered with status ${status} for ${what}`,
    {
      hint: 'Try again later.',
    },
  );
}

/** What to do where the hub does not give one of its files, by the status of its answer. */
export function hubFileHint(
  status: number | undefined,
  hasToken: boolean,
): readonly [Text, Text] | undefined {
  const token = wording`${option('hubToken')}`;
  if (status === 401 || status === 403) {
    return [
      hasToken
        ? wording`Check that the token given with ${token} is valid and may read this model; a gated one also wants its terms to be agreed to on its page.`
        : wording`It may be private or gated: agree to its terms on its page, and give a token of that account with ${token}.`,
      'It may be private or gated: see its page.',
    ];
  }
  if (status === 404 || status === 410) {
    return [
      hasToken
        ? 'It may have been moved or removed: see the files on its page, and check that the token may read them.'
        : wording`It may have been moved or removed: see the files on its page. Those of a private model need ${token}.`,
      'It may have been moved or removed: see the files on its page.',
    ];
  }
  return undefined;
}

/** What has been asked for, or undefined where the source has none of it. @throws what `asked` does otherwise */
export async function unlessNotThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (systemErrorCode(error) === 'ZOSIA_MODEL_NOT_FOUND') return undefined;
    throw error;
  }
}
