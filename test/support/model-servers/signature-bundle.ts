import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { pack } from './packed-model.js';
import type { PackedModel } from './packed-model.js';

const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const STATEMENT = 'application/vnd.in-toto+json';

/** What a bundle is made of, where it is not what `cosign sign --key` makes. */
export interface BundleParts {
  /** The digest that the statement is about. */
  readonly digest?: string;
  readonly predicateType?: string;
  readonly payloadType?: string;
  /** What is served in place of the statement that has been signed. */
  readonly served?: Buffer;
}

/** The statement that `cosign sign` signs since its version 3 (cosign, cmd/cosign/cli/sign/sign.go). */
export const signStatement = (
  digest: string,
  predicateType = 'https://sigstore.dev/cosign/sign/v1',
): Buffer =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: digest.slice('sha256:'.length) }, annotations: {} }],
      predicateType,
      predicate: {},
    }),
  );

/** As `cosign sign --key` puts it beside a model: an envelope (DSSE 1.0) with a statement. */
export function bundleOf(
  subject: PackedModel,
  key: KeyObject,
  parts: BundleParts = {},
): PackedModel {
  const { digest = subject.digest, predicateType, payloadType = STATEMENT } = parts;
  const statement = signStatement(digest, predicateType);
  const head = `DSSEv1 ${payloadType.length} ${payloadType} ${statement.length} `;
  const signature = signWith(key, Buffer.concat([Buffer.from(head), statement]));
  return packBundle(subject, {
    dsseEnvelope: {
      payload: (parts.served ?? statement).toString('base64'),
      payloadType,
      signatures: [{ sig: signature.toString('base64'), keyid: '' }],
    },
  });
}

/** One with a signature of the manifest itself. */
export const messageBundleOf = (subject: PackedModel, key: KeyObject): PackedModel =>
  packBundle(subject, {
    messageSignature: {
      messageDigest: {
        algorithm: 'SHA2_256',
        digest: Buffer.from(subject.digest.slice('sha256:'.length), 'hex').toString('base64'),
      },
      signature: signWith(key, subject.manifest).toString('base64'),
    },
  });

export function packBundle(subject: PackedModel, content: object): PackedModel {
  const verificationMaterial = { publicKey: { hint: 'x' }, tlogEntries: [] };
  const bundle = JSON.stringify({ mediaType: BUNDLE, verificationMaterial, ...content });
  return pack([{ mediaType: BUNDLE, bytes: Buffer.from(bundle) }], {
    artifactType: BUNDLE,
    subject,
  });
}

/** The digest that goes with a key: of the bundles of cosign, by the curve. */
function signWith(key: KeyObject, bytes: Uint8Array): Buffer {
  const digests: Record<string, string> = { secp384r1: 'sha384', secp521r1: 'sha512' };
  const digest = digests[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'sha256';
  return sign(key.asymmetricKeyType === 'ed25519' ? null : digest, bytes, key);
}
