import * as v from 'valibot';
import type { HttpClient } from '../../download/http-client.js';
import { shownAnswerer } from '../../download/place.js';
import { object, tryJson } from '../../json.js';
import { isLoopback } from '../references/reference-error.js';
import type { ResolveOptions } from '../resolved-model.js';
import { badAnswer, badStatus, refused } from './failures.js';

/** A token is sent in a header: it has no spaces and no controls. */
const TOKEN = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,16384}$/));
/** Both names are in use (distribution specification, "Token Authentication"). */
const ANSWER = object({ token: v.optional(TOKEN), access_token: v.optional(TOKEN) });
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Fetches an anonymous token, as a registry's challenge says (distribution, "Token Authentication
 * Specification"): from its realm, for its service, to read one repository.
 *
 * @param challenge the header WWW-Authenticate
 * @returns what requests to the registry are to be sent with
 * @throws ZosiaError `ZOSIA_MODEL_REFUSED` for another kind of challenge
 */
export async function askToken(
  http: HttpClient,
  registryBase: URL,
  challenge: string,
  repository: string,
  { signal, onWait }: ResolveOptions,
): Promise<{ readonly authorization: string }> {
  const { host } = registryBase;
  const parameters = bearerParameters(challenge);
  const realm = parameters?.get('realm');
  if (realm === undefined || !URL.canParse(realm)) {
    throw refused(
      `${host} wants an account`,
      'zosia asks registries without an account: take one that gives models to everybody.',
    );
  }
  const url = new URL(realm);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw badAnswer(`${host} sends zosia for a token to what is no https URL`);
  }
  const isNear = isLoopback(registryBase.hostname) && isLoopback(url.hostname);
  if (url.protocol === 'http:' && !isNear) {
    throw badAnswer(`${host} sends zosia for a token to a place without encryption, ${url.host}`);
  }
  url.username = url.password = url.hash = '';
  const service = parameters?.get('service');
  if (service !== undefined) url.searchParams.set('service', service);
  url.searchParams.set('scope', `repository:${repository}:pull`);
  const what = `a token for ${repository}`;
  const answer = await http.request(url, {
    what,
    headers: { accept: 'application/json' },
    maxBytes: MAX_ANSWER_BYTES,
    signal,
    onWait,
  });
  if (answer.status === 401 || answer.status === 403) {
    throw refused(
      `${shownAnswerer(answer, url.host)} gives no token for ${repository}`,
      'Check the spelling. zosia asks registries without an account.',
    );
  }
  if (answer.status !== 200) throw badStatus(answer, url.host, what);
  // What is wrong with an answer is not told: the message would have the token.
  const told = tryJson(ANSWER, Buffer.from(answer.bytes).toString('utf8'));
  const given = told?.token ?? told?.access_token;
  if (given === undefined)
    throw badAnswer(`${shownAnswerer(answer, url.host)} answers without a token for ${repository}`);
  return { authorization: `Bearer ${given}` };
}

/** The parameters of a challenge with the scheme Bearer (RFC 9110, 11.6.1), names in lower case. */
function bearerParameters(challenge: string): Map<string, string> | undefined {
  const bearer = /(?:^|,\s*)bearer\s+(.*)$/is.exec(challenge.slice(0, MAX_CHALLENGE))?.[1];
  if (bearer === undefined) return undefined;
  const parameters = new Map<string, string>();
  for (const [, name, quoted, plain] of bearer.matchAll(/([\w-]+)=(?:"([^"]*)"|([^\s",]+))/g)) {
    const key = name!.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, quoted ?? plain!);
  }
  return parameters;
}

const MAX_CHALLENGE = 4096;
