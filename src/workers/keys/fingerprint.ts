import { createHash, createPublicKey, timingSafeEqual } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ZosiaError } from '../../errors.js';

/** What a key is known by: `sha256:` and 43 letters, digits, `-` and `_`. */
export type Fingerprint = `sha256:${string}`;

const PREFIX = 'sha256:';
const FORM = /^sha256:[A-Za-z0-9_-]{43}$/;

/** The sha256 of a public key as certificates have it (SubjectPublicKeyInfo in DER), in base64url. */
export function fingerprintOf(key: KeyObject): Fingerprint {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return `${PREFIX}${createHash('sha256').update(der).digest('base64url')}`;
}

/**
 * @param where it is from, for the message
 * @throws ZosiaError `ZOSIA_WORKER_FINGERPRINT_INVALID`
 */
export function parseFingerprint(text: string, where: string): Fingerprint {
  if (isFingerprint(text)) return text;
  throw new ZosiaError(
    'ZOSIA_WORKER_FINGERPRINT_INVALID',
    `${where}: ${JSON.stringify(text.slice(0, 100))} is no fingerprint of a key`,
    {
      hint: `Copy it whole, as zosia prints it: ${PREFIX} and 43 letters, digits, - and _.`,
    },
  );
}

/** The last of the 43 characters has four bits of the digest; the other two have to be 0. */
const isFingerprint = (text: string): text is Fingerprint =>
  FORM.test(text) && `${PREFIX}${digestOf(text).toString('base64url')}` === text;

const digestOf = (fingerprint: string): Buffer =>
  Buffer.from(fingerprint.slice(PREFIX.length), 'base64url');

/** Whether a key is one of those that are allowed. All are compared, however early one is the same. */
export function fingerprintMatcher(
  allowed: readonly Fingerprint[],
): (shown: Fingerprint) => boolean {
  const digests = allowed.map(digestOf);
  return (shown) => {
    const digest = digestOf(shown);
    return digests.filter((each) => timingSafeEqual(each, digest)).length > 0;
  };
}
