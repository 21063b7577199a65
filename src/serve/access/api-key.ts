import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { ZosiaError } from '../../errors.js';
import { wording } from '../../wording.js';
import type { Text } from '../../wording.js';

const RANDOM_BYTES = 32;

/** A new key: what leaked ones are found by, and 256 random bits. */
export const generateApiKey = (): string =>
  `zosia-${randomBytes(RANDOM_BYTES).toString('base64url')}`;

/** What every client can send in a header: printable ASCII without blanks. */
const KEY = /^[!-~]{1,512}$/;

/**
 * Refuses what no client could send. The message does not show it.
 *
 * @param where it is from, for the message
 * @throws ZosiaError `ZOSIA_API_KEY_INVALID`
 */
export function checkApiKey(key: string, where: Text): void {
  if (KEY.test(key)) return;
  throw new ZosiaError('ZOSIA_API_KEY_INVALID', wording`${where}: that is no key`, {
    hint: 'A key is up to 512 printable ASCII characters, without blanks.',
  });
}

/**
 * Whether what a client shows is one of the keys. How long it takes says nothing about them: all are compared, and
 * each as a digest of the same length.
 */
export function apiKeyMatcher(keys: readonly string[]): (shown: string) => boolean {
  const digests = keys.map(digest);
  return (shown) => {
    const wanted = digest(shown);
    return digests.filter((each) => timingSafeEqual(each, wanted)).length > 0;
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
