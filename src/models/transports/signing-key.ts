import { createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { ZosiaError } from '../../errors.js';
import { option, wording } from '../../wording.js';

/**
 * Reads a public key as `cosign generate-key-pair` writes it.
 *
 * @param pem ECDSA, RSA (PKCS #1 v1.5) or Ed25519
 * @throws ZosiaError `ZOSIA_BAD_OPTION`
 */
export function readPublicKey(pem: string): KeyObject {
  let key: KeyObject;
  try {
    // createPublicKey takes a private key, too, which nobody should have to give.
    if (/PRIVATE KEY/.test(pem)) throw new Error('it is a private key');
    key = createPublicKey(pem);
  } catch (cause) {
    throw badKey('it is no public key in PEM', cause);
  }
  const type = key.asymmetricKeyType ?? '';
  if (['ec', 'rsa', 'ed25519'].includes(type)) return key;
  throw badKey(`it is a key of the kind ${type}`);
}

function badKey(problem: string, cause?: unknown): ZosiaError {
  return new ZosiaError(
    'ZOSIA_BAD_OPTION',
    wording`${option('publicKey')} cannot be used: ${problem}`,
    {
      hint: 'Give the file cosign.pub that cosign generate-key-pair writes: ECDSA, RSA or Ed25519.',
      cause,
    },
  );
}

/** What cosign's bundles are signed over with the larger curves; without a bundle it is sha256 for all. */
const CURVE_DIGESTS: Readonly<Record<string, string>> = {
  secp384r1: 'sha384',
  secp521r1: 'sha512',
};

/** Whether bytes are signed with the private key of a public one. Ed25519 has a digest of its own. */
export function isSignedWith(key: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  const own = CURVE_DIGESTS[key.asymmetricKeyDetails?.namedCurve ?? ''];
  const digests =
    key.asymmetricKeyType === 'ed25519' ? [null] : own === undefined ? ['sha256'] : ['sha256', own];
  return digests.some((digest) => {
    try {
      return verify(digest, bytes, key, signature);
    } catch {
      return false;
    }
  });
}

/** What is wrong with a signature of another key. */
export const OTHER_KEY = 'it is not made with the private key of this public one';
