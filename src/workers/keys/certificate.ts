import { createHash, createPublicKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import {
  bitString,
  explicit,
  integer,
  objectIdentifier,
  sequence,
  setOf,
  time,
  utf8String,
} from './der.js';

const COMMON_NAME = '2.5.4.3';
const ED25519 = '1.3.101.112';
/** Version 3, which counts from 0. */
const V3 = Uint8Array.of(2);
const SERIAL_BYTES = 16;
/** RFC 5280, 4.1.2.5: what has no end by a date. */
const NO_END = new Date('9999-12-31T23:59:59Z');

/**
 * A certificate of an Ed25519 key that is signed by the key itself (RFC 5280, RFC 8410), in PEM. TLS wants one; what
 * counts is the key alone. All else is the same in all of them, and a key always has the same certificate, since
 * Ed25519 signs without random numbers: nothing but the key need be kept.
 */
export function selfSigned(privateKey: KeyObject): string {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const algorithm = sequence(objectIdentifier(ED25519));
  const name = sequence(setOf(sequence(objectIdentifier(COMMON_NAME), utf8String('zosia worker'))));
  const contents = sequence(
    explicit(0, integer(V3)),
    integer(serialOf(publicKey)),
    algorithm,
    name,
    // From the beginning of clocks: that of such a machine may be wrong.
    sequence(time(new Date(0)), time(NO_END)),
    name,
    publicKey,
  );
  const signature = sign(null, contents, privateKey);
  return pem(sequence(contents, algorithm, bitString(signature)));
}

/** Not the same for two keys: programs tell certificates of one issuer apart by it. */
function serialOf(publicKey: Uint8Array): Uint8Array {
  const digest = createHash('sha256').update(publicKey).digest().subarray(0, SERIAL_BYTES);
  // A serial number is above 0 (RFC 5280, 4.1.2.2).
  return Uint8Array.of(1, ...digest);
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g)!;
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
