import { X509Certificate, createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import {
  fingerprintMatcher,
  fingerprintOf,
  parseFingerprint,
} from '../../../src/workers/keys/fingerprint.js';
import { generateWorkerKey } from '../../../src/workers/keys/worker-key.js';
import { zosiaError } from '../../support/errors.js';

describe('fingerprintOf', () => {
  it('is the sha256 of what openssl(1) calls the public key', async () => {
    const { cert, fingerprint } = generateWorkerKey();
    const { stdout: pem } = await execa('openssl', ['x509', '-pubkey', '-noout'], { input: cert });
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' });
    expect(fingerprint).toBe(`sha256:${createHash('sha256').update(der).digest('base64url')}`);
    expect(fingerprint).toHaveLength(50);
  });

  it('is the same of a private key, its public key and its certificate', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    expect(fingerprintOf(privateKey)).toBe(fingerprintOf(publicKey));
    const { cert, fingerprint } = generateWorkerKey();
    expect(fingerprintOf(new X509Certificate(cert).publicKey)).toBe(fingerprint);
  });
});

describe('parseFingerprint', () => {
  const { fingerprint } = generateWorkerKey();

  it('takes what is printed', () => {
    expect(parseFingerprint(fingerprint, 'here')).toBe(fingerprint);
  });

  it.each([
    ['cut short', fingerprint.slice(0, -1)],
    ['longer', `${fingerprint}A`],
    ['padded', `${fingerprint}=`],
    ['without its kind', fingerprint.slice('sha256:'.length)],
    ['of another kind', fingerprint.replace('sha256', 'sha512')],
    ['in capitals', fingerprint.replace('sha256', 'SHA256')],
    ['in base64 as of e-mails', `sha256:${'+'.repeat(43)}`],
    // The last letter says six bits, of which two belong to no byte.
    ['with bits too many', `sha256:${'A'.repeat(42)}B`],
    ['with a blank', ` ${fingerprint}`],
    ['with a line feed', `${fingerprint}\n`],
    ['empty', ''],
  ])('refuses one that is %s', (_, text) => {
    expect(() => parseFingerprint(text, 'here')).toThrow(
      zosiaError('ZOSIA_WORKER_FINGERPRINT_INVALID'),
    );
    expect(() => parseFingerprint(text, 'peers, line 7')).toThrow(/^peers, line 7: /);
  });
});

describe('fingerprintMatcher', () => {
  it('finds those that are allowed, wherever they stand, and no others', () => {
    const [first, second, other] = [0, 1, 2].map(() => generateWorkerKey().fingerprint);
    const matches = fingerprintMatcher([first!, second!]);
    expect([first!, second!, other!].map(matches)).toEqual([true, true, false]);
    expect(fingerprintMatcher([])(first!)).toBe(false);
  });
});
