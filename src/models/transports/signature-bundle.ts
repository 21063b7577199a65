import type { KeyObject } from 'node:crypto';
import * as v from 'valibot';
import { object, tryJson } from '../../json.js';
import { isSignedWith, OTHER_KEY } from './signing-key.js';
import { unlessNotThere } from './failures.js';
import type { Descriptor, Manifest, Registry } from './registry.js';

/** cosign, specs/BUNDLE_SPEC.md: a manifest that refers to the signed one has a bundle of Sigstore as its layer. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const STATEMENT_TYPE = 'application/vnd.in-toto+json';
/** What `cosign sign` states; other statements of the same key tell something about a model, but do not vouch for it. */
const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';

const MAX_BUNDLE_BYTES = 1024 * 1024;
/** More bundles than anybody asks to be checked. */
const MAX_BUNDLES = 64;

/** The part of protobuf-specs, sigstore_bundle.proto, that a key alone can verify. */
const BUNDLE = object({
  mediaType: v.literal(BUNDLE_TYPE),
  dsseEnvelope: v.optional(
    object({
      payload: v.string(),
      payloadType: v.string(),
      signatures: v.array(object({ sig: v.string() })),
    }),
  ),
  messageSignature: v.optional(object({ signature: v.string() })),
});

/** in-toto, spec/v1/statement.md. */
const STATEMENT = object({
  _type: v.picklist(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  subject: v.array(object({ digest: v.record(v.string(), v.string()) })),
  predicateType: v.string(),
});

/**
 * The signatures that cosign puts beside a manifest since its version 3: bundles with a statement about the manifest's
 * digest, in a signed envelope, or with a signature of the manifest itself. Certificates and the transparency log in
 * them are not looked at: it is the key that is trusted.
 *
 * @returns of each one what is wrong with it; undefined of one that holds
 */
export async function* bundledSignatures(
  registry: Registry,
  manifest: Manifest,
  key: KeyObject,
): AsyncGenerator<string | undefined> {
  const referring = await registry.referrers(manifest.digest, BUNDLE_TYPE);
  const bundles = referring.filter(({ artifactType }) => artifactType === BUNDLE_TYPE);
  for (const descriptor of bundles.slice(0, MAX_BUNDLES)) {
    yield await problemOf(descriptor, registry, manifest, key);
  }
}

async function problemOf(
  descriptor: Descriptor,
  registry: Registry,
  manifest: Manifest,
  key: KeyObject,
): Promise<string | undefined> {
  const found = await unlessNotThere(registry.manifest(descriptor.digest, descriptor.size));
  const layer = found?.layers?.find(({ mediaType }) => mediaType === BUNDLE_TYPE);
  if (!layer) return 'a bundle is listed that is not there';
  const text = new TextDecoder().decode(await registry.blob(layer, MAX_BUNDLE_BYTES));
  const bundle = tryJson(BUNDLE, text);
  if (bundle?.dsseEnvelope) return problemOfEnvelope(bundle.dsseEnvelope, manifest.digest, key);
  if (!bundle?.messageSignature) return 'its bundle is of another form';
  const signature = Buffer.from(bundle.messageSignature.signature, 'base64');
  return isSignedWith(key, manifest.bytes, signature) ? undefined : OTHER_KEY;
}

type Envelope = NonNullable<v.InferOutput<typeof BUNDLE>['dsseEnvelope']>;

function problemOfEnvelope(
  { payload, payloadType, signatures }: Envelope,
  manifestDigest: string,
  key: KeyObject,
): string | undefined {
  const bytes = Buffer.from(payload, 'base64');
  const signed = preAuthenticated(payloadType, bytes);
  const isSigned = signatures.some(({ sig }) =>
    isSignedWith(key, signed, Buffer.from(sig, 'base64')),
  );
  if (!isSigned) return OTHER_KEY;
  const statement =
    payloadType === STATEMENT_TYPE ? tryJson(STATEMENT, bytes.toString()) : undefined;
  if (!statement) return 'what is signed is no statement of in-toto';
  if (statement.predicateType !== SIGN_PREDICATE) {
    return 'what is signed tells something about it, but does not vouch for it';
  }
  const isOfIt = statement.subject.some(
    ({ digest }) => digest['sha256'] === manifestDigest.slice('sha256:'.length),
  );
  return isOfIt ? undefined : 'what is signed is another manifest';
}

/** What an envelope's signature is over (DSSE 1.0, protocol.md, "PAE"): the type as well as the payload. */
function preAuthenticated(type: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}
