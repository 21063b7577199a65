import type { KeyObject } from 'node:crypto';
import * as v from 'valibot';
import { object, tryJson } from '../../json.js';
import { isSignedWith, OTHER_KEY } from './signing-key.js';
import type { Descriptor, Registry } from './registry.js';
import { unlessNotThere } from './failures.js';

/** cosign, specs/SIGNATURE_SPEC.md: what a signature's layer holds, and where the signature itself is. */
const PAYLOAD_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const SIGNATURE = 'dev.cosignproject.cosign/signature';
const PAYLOAD_KIND = 'cosign container image signature';

const MAX_PAYLOAD_BYTES = 64 * 1024;
/** More signatures than anybody asks to be checked. */
const MAX_SIGNATURES = 64;

const PAYLOAD = object({
  critical: object({
    type: v.literal(PAYLOAD_KIND),
    identity: object({ 'docker-reference': v.string() }),
    image: object({ 'docker-manifest-digest': v.string() }),
  }),
});

/**
 * The signatures that cosign before its version 3 puts beside a manifest: the tag `sha256-DIGEST.sig` of the same
 * repository has payloads that name the manifest's digest, and signatures of these.
 *
 * @returns of each one what is wrong with it; undefined of one that holds
 */
export async function* simpleSignatures(
  registry: Registry,
  manifestDigest: string,
  key: KeyObject,
): AsyncGenerator<string | undefined> {
  const tag = `${manifestDigest.replace(':', '-')}.sig`;
  const manifest = await unlessNotThere(registry.manifest(tag));
  if (!manifest) return;
  const layers = (manifest.layers ?? []).filter(({ mediaType }) => mediaType === PAYLOAD_TYPE);
  if (layers.length === 0) yield 'no signature there is of a kind that zosia knows';
  for (const layer of layers.slice(0, MAX_SIGNATURES)) {
    yield await problemOf(layer, registry, manifestDigest, key);
  }
}

async function problemOf(
  layer: Descriptor,
  registry: Registry,
  manifestDigest: string,
  key: KeyObject,
): Promise<string | undefined> {
  const text = layer.annotations?.[SIGNATURE];
  if (text === undefined) return 'it has a payload without a signature';
  const bytes = await registry.blob(layer, MAX_PAYLOAD_BYTES);
  if (!isSignedWith(key, bytes, Buffer.from(text, 'base64'))) return OTHER_KEY;
  const payload = tryJson(PAYLOAD, new TextDecoder().decode(bytes));
  if (!payload) return 'what is signed is no payload of cosign';
  const { image } = payload.critical;
  if (image['docker-manifest-digest'] === manifestDigest) return undefined;
  return 'what is signed is another manifest';
}
