import type { IncomingHttpHeaders } from 'node:http';
import { apiKeyMatcher } from '../access/api-key.js';
import { ApiError } from './api-error.js';

const BEARER = /^Bearer +(.+)$/i;

/**
 * Looks for one of the keys in a request's headers: as OpenAI's clients send it, or as Anthropic's do.
 *
 * @throws ApiError 401
 */
export class KeyCheck {
  readonly #matches: (shown: string) => boolean;

  constructor(keys: readonly string[]) {
    this.#matches = apiKeyMatcher(keys);
  }

  check(headers: IncomingHttpHeaders): void {
    const given = keysIn(headers);
    if (given.some(this.#matches)) return;
    throw new ApiError(
      401,
      given.length === 0
        ? 'an API key is needed: send it as Authorization: Bearer KEY, or as x-api-key: KEY'
        : 'the API key is not right',
      { code: 'invalid_api_key', headers: { 'www-authenticate': 'Bearer' } },
    );
  }
}

/** A client may be told of one key, and have another in its settings. */
function keysIn(headers: IncomingHttpHeaders): string[] {
  const bearer = BEARER.exec(headers.authorization ?? '')?.[1]?.trim();
  return [bearer, headers['x-api-key']].filter(
    (each): each is string => typeof each === 'string' && each !== '',
  );
}
